import { ScramExchange } from './scram'

// RFC 7677 section 3.
const serverFirst =
  'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'
const nonce = 'rOprNGfwEbeRWgbNEkqO'

it('computes the proof of RFC 7677 and checks the server', async () => {
  const exchange = new ScramExchange('pencil', { kind: 'none' }, { nonce, user: 'user' })
  expect(await exchange.clientFinal(serverFirst)).toBe(
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  )
  exchange.verifyServerFinal('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
  expect(() =>
    exchange.verifyServerFinal('v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='),
  ).toThrow('does not know the password')
})

it('refuses a server that answers another nonce or asks for endless work', async () => {
  const exchange = new ScramExchange('pencil', { kind: 'none' }, { nonce: 'mine' })
  await expect(exchange.clientFinal(serverFirst)).rejects.toThrow('nonce')
  await expect(exchange.clientFinal('r=mine2,s=AAAA,i=99999999')).rejects.toThrow('not acceptable')
  expect(() => exchange.verifyServerFinal('v=')).toThrow('does not know the password')
})
