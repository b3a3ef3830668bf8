import { askedParameters, loggedParameters } from './shown-parameters'

const text = (value: string) => ({ type: 25, format: 'text' as const, value: Buffer.from(value) })

it('shows approvers every parameter, however many there are', () => {
  const many = Array.from({ length: 1_000 }, (_, at) => text(`v${at}`))
  expect(askedParameters(many).map(({ value }) => value)).toEqual(many.map((_, at) => `v${at}`))
  expect(loggedParameters(many)).toHaveLength(200)
})

it('shows a long value whole to approvers: what it is for may stand at its end', () => {
  const value = `${'x'.repeat(50_000)} harm`
  expect(askedParameters([text(value)])).toEqual([{ type: 25, format: 'text', value }])
})

it('says of each value that there is no room for how long it is', () => {
  const [first, second] = askedParameters([text('a'.repeat(99_999)), text('bcd')])
  expect(first).not.toHaveProperty('cutFrom')
  expect(second).toEqual({ type: 25, format: 'text', value: 'b', cutFrom: 3 })
})
