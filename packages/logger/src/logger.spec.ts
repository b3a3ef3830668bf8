import { InternalError, PolicyError, TargetError } from '@wardgate/errors'
import { createLogger } from '.'

const planted = 'hunter2'

function capture() {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const log = createLogger({ name: 'agent', level: 'debug', destination })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

it('writes a constant phrase with its data in fields', () => {
  const { log, last } = capture()
  log.child({ sessionId: 's1' }).info({ rows: 3 }, 'session closed')
  expect(last()).toMatchObject({
    level: 'info',
    name: 'agent',
    sessionId: 's1',
    rows: 3,
    msg: 'session closed',
  })
})

it.each([
  ['a password', { password: planted }],
  ['a nested credential', { grant: { credential: { kind: 'password', password: planted } } }],
  ['a key deep down', { a: { b: { c: { maskingKey: planted } } } }],
  ['statement text', { operation: { text: `select '${planted}'` } }],
  ['a header', { request: { headers: { authorization: `Bearer ${planted}` } } }],
  ['the text of a foreign error', { err: new Error(`no pg_hba entry for ${planted}`) }],
  ['a foreign error over two lines', { err: new Error(`first\n    at line two ${planted}`) }],
  [
    'the cause of ours',
    { err: new TargetError('ERR_TARGET_LOST', 'lost', { cause: new Error(planted) }) },
  ],
  ['an internal error', { err: new InternalError(planted) }],
  ['extra properties of an error', { err: Object.assign(new Error('failed'), { query: planted }) }],
  ['something thrown that is no error', { err: planted }],
])('never prints %s', (_name, fields) => {
  const { log, lines } = capture()
  log.error(fields, 'it failed')
  log.child(fields).error({}, 'it failed')
  expect(lines).toHaveLength(2)
  expect(lines.join('')).not.toContain(planted)
})

it('prints the code, message and cause chain of an error that is for clients', () => {
  const { log, last } = capture()
  const cause = Object.assign(new Error('secret detail'), { code: 'ECONNRESET' })
  log.warn({ err: new PolicyError('ERR_POLICY_DENIED', 'rule shop/no-ddl', { cause }) }, 'refused')
  expect(last()['err']).toMatchObject({
    name: 'PolicyError',
    code: 'ERR_POLICY_DENIED',
    message: 'rule shop/no-ddl',
    cause: { name: 'Error', code: 'ECONNRESET' },
  })
})

it('ends a chain of causes that goes round', () => {
  const { log, lines } = capture()
  const error = new Error('round')
  error.cause = error
  log.error({ err: error }, 'it failed')
  expect(lines).toHaveLength(1)
})
