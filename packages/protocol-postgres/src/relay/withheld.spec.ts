import { withheld } from './withheld'

const canary = 'CANARY-7f3a9'

function fields(code: string, message: string): Map<string, string> {
  return new Map([
    ['S', 'ERROR'],
    ['C', code],
    ['M', message],
    ['D', `Failing row contains (${canary}).`],
    ['W', `while looking at ${canary}`],
    ['q', `SELECT '${canary}'`],
    ['n', 'customers_pkey'],
  ])
}

describe('words of the target about masked columns', () => {
  it.each(['22P02', '22003', '23505', '23514', 'P0001', '00000', '99999', 'XX000', ''])(
    'withholds text that may quote a value: %s',
    (code) => {
      const shown = withheld(fields(code, `invalid input syntax for type integer: "${canary}"`))
      expect([...shown.values()].join(' ')).not.toContain(canary)
      expect(shown.get('M')).toMatch(/withheld/)
      expect(shown.get('n')).toBe('customers_pkey')
    },
  )

  it.each([
    ['42P01', `relation "${canary}" does not exist`],
    ['42704', `unrecognized configuration parameter "${canary}"`],
    ['42883', `function "${canary}" does not exist`],
    ['42601', `syntax error at or near "${canary}"`],
    ['3D000', `database "${canary}" does not exist`],
    ['3F000', `schema "${canary}" does not exist`],
    ['0A000', `unit "${canary}" not supported`],
    ['28000', `role "${canary}" does not exist`],
    ['58P01', `could not open file "${canary}"`],
  ])('withholds a name that was made from a value: %s', (code, message) => {
    const shown = withheld(fields(code, message))
    expect([...shown.values()].join(' ')).not.toContain(canary)
  })

  it.each([
    `syntax error at or near "${canary}"`,
    `trailing junk after numeric literal at or near "${canary}"`,
    `unterminated quoted identifier at or near "${canary}"`,
    'syntax error at end of input',
  ])('withholds where and why the parser stopped, for it may have read a value: %s', (message) => {
    const shown = withheld(fields('42601', message).set('P', '7'))
    expect([...shown.values()].join(' ')).not.toContain(canary)
    expect(shown.get('M')).toMatch(/withheld/)
    expect(shown.has('P')).toBe(false)
  })

  it('keeps what the parser says of the statement without a word of it', () => {
    const message = 'INSERT has more expressions than target columns'
    const shown = withheld(fields('42601', message).set('P', '30'))
    expect([shown.get('M'), shown.get('P')]).toEqual([message, '30'])
  })

  it('keeps messages about the statement itself, without their details', () => {
    const shown = withheld(fields('42703', 'column "x" does not exist').set('P', '8'))
    expect(shown.get('M')).toBe('column "x" does not exist')
    expect([...shown.values()].join(' ')).not.toContain(canary)
  })

  it.each([
    ['40001', 'could not serialize access due to concurrent update'],
    ['25P02', 'current transaction is aborted'],
    ['57014', 'canceling statement due to user request'],
    ['42501', 'permission denied for table customers'],
  ])('keeps what never quotes a row: %s', (code, message) => {
    expect(withheld(fields(code, message)).get('M')).toBe(message)
  })
})
