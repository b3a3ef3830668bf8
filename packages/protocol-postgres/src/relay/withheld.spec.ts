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

  it('keeps messages that only name objects, without their details', () => {
    const shown = withheld(fields('42703', 'column "x" does not exist'))
    expect(shown.get('M')).toBe('column "x" does not exist')
    expect([...shown.values()].join(' ')).not.toContain(canary)
  })
})
