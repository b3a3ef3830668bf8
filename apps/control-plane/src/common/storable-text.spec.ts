import { storable, storableJson, unstorablePaths } from './storable-text'

it('shows what cannot be stored as U+FFFD, and the rest as it is', () => {
  expect(storable('a\0b\ud800c😀')).toBe('a\uFFFDb\uFFFDc😀')
  expect(storableJson({ a: ['x\0', { 'k\udfff': 1, n: null }], b: true })).toEqual({
    a: ['x\uFFFD', { 'k\uFFFD': 1, n: null }],
    b: true,
  })
})

it('names every text that cannot be stored, and names of members', () => {
  const value = { a: 'x', b: ['ok', 'y\0'], c: { 'd\ud800': 1 }, e: '😀' }
  expect(unstorablePaths(value).sort()).toEqual(['b.1', 'c.d\ud800'])
  expect(unstorablePaths('\0')).toEqual([''])
  expect(unstorablePaths(undefined)).toEqual([])
})

it('reads what is nested as deeply as a body is long', () => {
  const depth = 500_000
  const deep: unknown = JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`)
  expect(() => unstorablePaths(deep)).not.toThrow()
})
