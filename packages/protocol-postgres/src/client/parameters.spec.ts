import { claimedBy } from './claimed'
import { readSessionParameters } from './parameters'

const identity = [
  ['user', 'shop'],
  ['database', 'shop'],
] as const

function read(...more: (readonly [string, string])[]) {
  return readSessionParameters(new Map([...identity, ...more]), [])
}

it.each([
  [['wardgate.unmask', 'off'] as const],
  [['options', '-c wardgate.unmask=off'] as const],
  [['options', '--wardgate.unmask=0'] as const],
])('claims that the client takes masked results for %s', (parameter) => {
  const parameters = read(parameter)
  expect(claimedBy(parameters)['unmask']).toBe('off')
  // The target never hears of it.
  expect([...parameters.settings]).toEqual([])
})

it('claims nothing of the kind otherwise', () => {
  expect(claimedBy(read())).not.toHaveProperty('unmask')
  expect(claimedBy(read(['wardgate.unmask', 'on']))).not.toHaveProperty('unmask')
})

it('refuses a word that could be meant either way, and other settings of that name', () => {
  expect(() => read(['wardgate.unmask', 'maybe'])).toThrow('wardgate.unmask is on or off')
  expect(() => read(['wardgate.role', 'admin'])).toThrow('not permitted')
})
