import { isComplex } from './complexity'

describe('texts that would stall the parser', () => {
  it.each([
    ['nested comments without a blank', '/*'.repeat(10_000) + '*/'.repeat(10_000) + 'select 1'],
    ['comments side by side without a blank', '/**/'.repeat(10_000) + 'select 1'],
    ['comments between operators', 'select 1 ' + '+/**/'.repeat(10_000) + '1'],
    ['a long run of signs', 'select ' + '+-'.repeat(10_000) + '1'],
    ['many short runs of signs', 'select ' + '+-+-+-+- '.repeat(1_000) + '1'],
  ])('are refused before it: %s', (_what, text) => {
    expect(isComplex(text)).toBe(true)
  })

  it.each([
    [
      'comments of a query builder',
      'select /* a */ 1 /* b */ '.repeat(1) + '/* c */ '.repeat(1_000),
    ],
    ['a banner', `/*${'*'.repeat(5_000)}*/ select 1`],
    ['a literal of signs', `select '${'*/='.repeat(5_000)}'`],
    [
      'operators of every kind',
      "select a->'b'#>>'{c}' @> '{}' from t where x !~~* y and - -1 < +2",
    ],
  ])('are not mistaken for: %s', (_what, text) => {
    expect(isComplex(text)).toBe(false)
  })

  it('are told apart in linear time', () => {
    const longest = 1_048_576
    const started = performance.now()
    for (const unit of ['/*', '/* ', '/**/', '+-', "'/*'", '/*x'])
      isComplex(unit.repeat(longest / unit.length))
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})
