import { newOperationId } from './operation-id'

it('makes UUIDs of version 7 that carry their time', () => {
  const id = newOperationId(0x0199_1234_5678)
  expect(id).toMatch(/^01991234-5678-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(newOperationId(1)).toMatch(/^00000000-0001-7/)
})

it('never makes the same twice', () => {
  const ids = new Set(Array.from({ length: 20_000 }, () => newOperationId(1_800_000_000_000)))
  expect(ids.size).toBe(20_000)
})
