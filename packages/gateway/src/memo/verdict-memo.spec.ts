import fc from 'fast-check'
import type { Operation, SessionState } from '../operation'
import type { ControlVerdict } from '../ports'
import { FakeControlPlane, fakeGrant, idleState, statement } from '../testing'
import { ScopeKey } from './scope-key'
import { VerdictMemo } from './verdict-memo'

const plane = new FakeControlPlane()
const scope = new ScopeKey(fakeGrant())
const digits = (text: string) => text.replaceAll(/\d+/g, '?')
const exact = plane.allow({}, { memo: 'exact' })
const shape = plane.allow({}, { memo: 'shape' })

describe('what is kept', () => {
  it('finds the identical operation, and no other phase, text or parameter', () => {
    const memo = new VerdictMemo()
    const one = { type: 23, format: 'text', value: Buffer.from('1') } as const
    memo.keep(statement('select $1', { parameters: [one] }), scope, exact, 1n)
    const find = (operation: Operation) => memo.find(operation, scope, 1n)
    expect(find(statement('select $1', { parameters: [one] }))).toBe(exact)
    expect(find(statement('select $1', { parameters: [one], phase: 'execute' }))).toBeUndefined()
    expect(find(statement('select $1'))).toBeUndefined()
    expect(find(statement('select $1', { parameters: [{ ...one, value: null }] }))).toBeUndefined()
    expect(find(statement('select $1', { parameters: [{ ...one, type: 20 }] }))).toBeUndefined()
    expect(find(statement('select $1 ', { parameters: [one] }))).toBeUndefined()
  })

  it('finds other literals and parameter values by shape, but no other types', () => {
    const memo = new VerdictMemo({ shapeKey: digits })
    const parameter = { type: 23, format: 'text', value: Buffer.from('1') } as const
    memo.keep(statement('select 1, $1', { parameters: [parameter] }), scope, shape, 1n)
    const find = (operation: Operation) => memo.find(operation, scope, 1n)
    const other = { ...parameter, value: Buffer.from('2') }
    expect(find(statement('select 2, $1', { parameters: [other] }))).toBe(shape)
    expect(
      find(statement('select 2, $1', { parameters: [{ ...other, type: 25 }] })),
    ).toBeUndefined()
    expect(find(statement('select 2', { parameters: [other] }))).toBeUndefined()
  })

  it('keeps a shape verdict for the identical text only when the text has no shape', () => {
    const memo = new VerdictMemo({ shapeKey: () => undefined })
    memo.keep(statement('select 1'), scope, shape, 1n)
    expect(memo.find(statement('select 1'), scope, 1n)).toBe(shape)
    expect(memo.find(statement('select 2'), scope, 1n)).toBeUndefined()
  })

  it('is empty when the epoch changes, also back', () => {
    const memo = new VerdictMemo()
    memo.keep(statement('select 1'), scope, exact, 1n)
    expect(memo.find(statement('select 1'), scope, 2n)).toBeUndefined()
    expect(memo.find(statement('select 1'), scope, 1n)).toBeUndefined()
    expect(memo.size).toBe(0)
  })

  it('keeps no more than its limits', () => {
    const memo = new VerdictMemo({ maxEntries: 8 })
    for (let index = 0; index < 100; index++)
      memo.keep(statement(`select ${index}`), scope, exact, 1n)
    expect(memo.size).toBeLessThanOrEqual(8)
    expect(memo.find(statement('select 99'), scope, 1n)).toBe(exact)
    const narrow = new VerdictMemo({ maxCharacters: 2_000 })
    for (let index = 0; index < 100; index++)
      narrow.keep(statement(`select ${index} /* ${'x'.repeat(100)} */`), scope, exact, 1n)
    expect(narrow.size).toBeLessThan(20)
  })
})

describe('what is never kept', () => {
  it.each([
    ['a verdict for once', statement('select 1'), plane.allow({}, { memo: 'once' })],
    [
      'a used approval',
      statement('select 1'),
      plane.allow({ approvalId: 'apr_1' }, { memo: 'exact' }),
    ],
    [
      'a verdict of another epoch',
      statement('select 1'),
      plane.allow({}, { memo: 'exact', epoch: 2n }),
    ],
    ['EXECUTE', statement('ExEcUtE a'), exact],
    ['PREPARE', statement('PREPARE a AS select 1'), exact],
    ['DECLARE', statement('declare c cursor for select 1'), exact],
    ['FETCH', statement('FETCH c'), exact],
    ['MOVE', statement('/**/move c'), exact],
    ['DEALLOCATE', statement('deallocate all'), exact],
    [
      'a text with candidates',
      statement('select 1', { prepared: [{ name: 'a', text: 'x', parameterTypes: [] }] }),
      exact,
    ],
    ['a very long text', statement(`select '${'x'.repeat(20_000)}'`), exact],
  ])('%s', (_name, operation: Operation, verdict: ControlVerdict) => {
    const memo = new VerdictMemo({ shapeKey: digits })
    memo.keep(operation, scope, verdict, 1n)
    expect(memo.size).toBe(0)
    expect(memo.find(operation, scope, 1n)).toBeUndefined()
  })

  it('a text that can run a statement by name does not meet the shape of one that cannot', () => {
    const memo = new VerdictMemo({ shapeKey: () => 'the same' })
    memo.keep(statement('select 1'), scope, shape, 1n)
    expect(memo.find(statement('execute a'), scope, 1n)).toBeUndefined()
    const prepared = [{ name: 'a', text: 'drop table orders', parameterTypes: [] }]
    expect(memo.find(statement('select 1', { prepared }), scope, 1n)).toBeUndefined()
  })
})

it('notices a session state that is changed in place', () => {
  const memo = new VerdictMemo()
  const searchPath = ['public']
  const state = { ...idleState, searchPath } as SessionState & { searchPath: string[] }
  memo.keep(statement('select 1', { state }), scope, exact, 1n)
  searchPath[0] = 'evil'
  expect(memo.find(statement('select 1', { state }), scope, 1n)).toBeUndefined()
})

// Few values each, and hostile ones, so that different keys are likely to collide if they can.
const word = fc.constantFrom('', 'a', 'b', 'a"', '"],["b', ',', ':', '1:', '\n', 'a\n')
const grants = fc
  .record({
    sessionId: word,
    principalId: word,
    connectionId: word,
    shared: fc.boolean(),
    scope: word,
  })
  .map(({ shared, scope: memoScope, ...ids }) => (shared ? { ...ids, memoScope } : ids))
const states: fc.Arbitrary<SessionState> = fc
  .record({
    database: word,
    role: word,
    transaction: fc.constantFrom('idle', 'active', 'failed'),
    path: fc.option(fc.array(word, { maxLength: 2 })),
  })
  .map(({ path, ...state }) => (path === null ? state : { ...state, searchPath: path }))
const parameters = fc.array(
  fc.record({
    type: fc.constantFrom(0, 1, 11),
    format: fc.constantFrom('text' as const, 'binary' as const),
    value: fc.option(word.map((text) => Buffer.from(text))),
  }),
  { maxLength: 2 },
)
const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .record({
      text: fc.array(word, { maxLength: 3 }).map((words) => words.join('')),
      phase: fc.constantFrom('simple' as const, 'prepare' as const, 'execute' as const),
      dialect: fc.constantFrom('postgresql' as const, 'mysql' as const),
      parameters,
      state: states,
    })
    .map(({ text, ...rest }) => statement(text, rest)),
  fc
    .record({ functionId: fc.constantFrom(1, 11), parameters, state: states })
    .map((call) => ({ kind: 'function-call' as const, ...call })),
)

it('never finds a verdict of another principal, connection, session, state, epoch or operation', () => {
  const meaningOf = (grant: object, operation: Operation, epoch: bigint) => {
    const owner = 'memoScope' in grant ? { ...grant, sessionId: '' } : grant
    return JSON.stringify([owner, operation, String(epoch)])
  }
  const event = fc.record({ grant: grants, operation: operations, epoch: fc.constantFrom(1n, 2n) })
  fc.assert(
    fc.property(fc.array(event, { minLength: 2, maxLength: 30 }), (events) => {
      const memo = new VerdictMemo({ maxEntries: 16 })
      for (const { grant, operation, epoch } of events) {
        const key = new ScopeKey(grant)
        const meaning = meaningOf(grant, operation, epoch)
        const found = memo.find(operation, key, epoch)
        if (found !== undefined) expect(found.summary).toBe(meaning)
        memo.keep(
          operation,
          key,
          plane.allow({}, { memo: 'exact', epoch, summary: meaning }),
          epoch,
        )
        expect(memo.find(operation, key, epoch)?.summary).toBe(meaning)
      }
    }),
    { numRuns: 500 },
  )
})
