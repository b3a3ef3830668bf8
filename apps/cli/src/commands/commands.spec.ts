import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProgram } from '../program'
import { emptyFolder, ranCli } from '../testing/fake-cli'
import { fakeServer, type Answer } from '../testing/fake-server'

const servers: { close(): Promise<void> }[] = []

async function serve(routes: Readonly<Record<string, Answer>>) {
  const server = await fakeServer(routes)
  servers.push(server)
  return { ...server, env: { WARDGATE_SERVER: server.url, WARDGATE_TOKEN: 'token-of-test' } }
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

const request = {
  id: '0198-req',
  state: 'pending',
  text: 'DELETE FROM orders -- \u001b[2J\u202e',
  digest: 'd1g35t',
  connection: 'shop',
  requester: 'autogen',
  parameters: ['7'],
  rules: [{ policy: 'orders', rule: 'writes' }],
  mayVote: true,
}

describe('with --json', () => {
  it('errors of the control plane are JSON, with their code and fields', async () => {
    const errors = [{ path: 'name', message: 'is missing' }]
    const { env } = await serve({
      'POST /v1/connections': () => ({
        status: 400,
        body: { detail: 'name: is missing', code: 'ERR_REQUEST_INVALID', errors, nextStep: 'x' },
      }),
    })
    const { code, out, err } = await ranCli(['connections', 'create', '--json'], { env })
    expect({ code, out }).toEqual({ code: 4, out: '' })
    expect(JSON.parse(err)).toEqual({
      error: {
        code: 'ERR_REQUEST_INVALID',
        message: 'the request is not valid (ERR_REQUEST_INVALID)\n  name: is missing',
        fields: errors,
        exitCode: 4,
      },
    })
  })

  it('errors say nothing that a terminal obeys or hides', async () => {
    const detail = 'no \u202e\u009b2J rule'
    const { env } = await serve({ 'GET /v1/me': () => ({ status: 403, body: { detail } }) })
    const { err } = await ranCli(['whoami', '--json'], { env })
    expect(err).toContain(String.raw`no \u202e\u009b2J rule`)
    expect(JSON.parse(err)).toMatchObject({ error: { message: detail } })
  })

  it('so are errors of the command line client itself', async () => {
    const { code, err } = await ranCli(['whoami', '--json', '--server', 'http://127.0.0.1:1'])
    expect(code).toBe(3)
    expect(JSON.parse(err)).toMatchObject({ error: { message: 'there is no token', exitCode: 3 } })
  })
})

test('errors are for people when --json is no option but an argument', async () => {
  const { code, err } = await ranCli([
    'connections',
    'show',
    '--server',
    'http://127.0.0.1:1',
    '--',
    '--json',
  ])
  expect(code).toBe(3)
  expect(err).toContain('wardgate: there is no token')
})

test('what is wrong with a request is said once, a field a line', async () => {
  const errors = [
    { path: 'name', message: 'is missing' },
    { path: 'protocol', message: 'is missing' },
  ]
  const { env } = await serve({
    'POST /v1/connections': () => ({
      status: 400,
      body: { detail: 'name: is missing; …', code: 'ERR_REQUEST_INVALID', errors },
    }),
  })
  const { err } = await ranCli(['connections', 'create'], { env })
  expect(err).toBe(
    'wardgate: the request is not valid (ERR_REQUEST_INVALID)\n  name: is missing\n  protocol: is missing\n',
  )
})

test.each([
  [['connections', 'show', 'nope'], 'there is no connection nope', 'wardgate connections list'],
  [['agents', 'show', 'nope'], 'there is no agent nope', 'wardgate agents list'],
])('%j says how to find those that there are', async (args, message, next) => {
  const { env } = await serve({
    'GET /v1/connections': () => ({ body: { items: [] } }),
    'GET /v1/agents': () => ({ body: { items: [] } }),
  })
  const { code, err } = await ranCli(args, { env })
  expect(code).toBe(4)
  expect(err).toContain(message)
  expect(err).toContain(next)
})

describe('principals disable', () => {
  const robots = (...ids: string[]) => ids.map((id) => ({ id, name: 'robot', version: 3 }))

  it('changes the principal that was read, and no other version of it', async () => {
    const { env, seen } = await serve({
      'GET /v1/principals': () => ({ body: { items: robots('0198-a') } }),
      'PATCH /v1/principals/0198-a': () => ({ body: { disabled: true } }),
    })
    const { code, err } = await ranCli(['principals', 'disable', 'robot'], { env })
    expect([code, err]).toEqual([0, 'Disabled the principal robot.\n'])
    const patch = seen.find(({ method }) => method === 'PATCH')
    expect(patch).toMatchObject({ body: { disabled: true }, headers: { 'if-match': '"3"' } })
  })

  it('asks which one when the name is of several', async () => {
    const { env } = await serve({
      'GET /v1/principals': () => ({ body: { items: robots('0198-a', '0198-b') } }),
    })
    const { code, err } = await ranCli(['principals', 'disable', 'robot'], { env })
    expect(code).toBe(4)
    expect(err).toContain('there are 2 principals robot')
  })
})

test('a file that is not there is told in words', async () => {
  const { code, err } = await ranCli(['policies', 'validate', 'nowhere.yaml'])
  expect({ code, err }).toEqual({
    code: 2,
    err: 'wardgate: cannot read nowhere.yaml: there is no such file\n',
  })
})

test('every command has a description and help, and no option takes a secret', () => {
  const program = createProgram({} as Parameters<typeof createProgram>[0])
  const all = program.commands.flatMap((command) => [command, ...command.commands])
  expect(all.length).toBeGreaterThan(60)
  for (const command of all) {
    expect(command.description()).not.toBe('')
    for (const { long } of command.options) expect(long).not.toMatch(/^--(token|password|secret)$/)
  }
})

describe('exit codes', () => {
  test.each([
    [['--help'], 0],
    [['policies', 'validate', '--help'], 0],
    [['fly'], 2],
    [['connections', 'show'], 2],
    [['connections', 'list', '--nonsense'], 2],
    [['connections', 'list'], 2],
  ])('%j gives %i', async (args, code) => {
    expect((await ranCli(args)).code).toBe(code)
  })

  test.each([
    [401, 3],
    [403, 3],
    [404, 4],
    [412, 4],
    [503, 5],
  ])('an answer %i gives %i, with code and next step', async (status, code) => {
    const { env } = await serve({
      'GET /v1/me': () => ({
        status,
        body: { detail: 'not so', code: 'ERR_X', nextStep: 'Do this.' },
      }),
    })
    const ran = await ranCli(['whoami'], { env })
    expect(ran.code).toBe(code)
    expect(ran.err).toBe('wardgate: not so (ERR_X)\n  Do this.\n')
  })

  test('a server that is not there gives 5', async () => {
    const { url, close } = await fakeServer({})
    await close()
    const ran = await ranCli(['whoami'], { env: { WARDGATE_SERVER: url, WARDGATE_TOKEN: 't' } })
    expect(ran.code).toBe(5)
  })

  test('without a token it is 3 and says what to do', async () => {
    const ran = await ranCli(['whoami', '--server', 'https://wardgate.example'])
    expect(ran).toMatchObject({ code: 3 })
    expect(ran.err).toContain('wardgate login')
  })

  test('a token is not sent unencrypted to another machine', async () => {
    const ran = await ranCli(['whoami', '--server', 'http://wardgate.example'], {
      env: { WARDGATE_TOKEN: 't' },
    })
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('unencrypted')
  })
})

test('lists follow pages up to the limit and print JSON on demand', async () => {
  const { env, seen } = await serve({
    'GET /v1/connections': ({ query }) => ({
      body:
        query['cursor'] === 'next'
          ? { items: [{ name: 'b' }, { name: 'c' }], nextCursor: 'more' }
          : { items: [{ name: 'a' }], nextCursor: 'next' },
    }),
  })
  const ran = await ranCli(['connections', 'list', '--limit', '2', '--json'], { env })
  expect(ran.code).toBe(0)
  expect(JSON.parse(ran.out)).toEqual({ items: [{ name: 'a' }, { name: 'b' }] })
  expect(seen[0]?.headers.authorization).toBe('Bearer token-of-test')
})

test('an approval is shown escaped and voted on with the digest that was read', async () => {
  const { env, seen } = await serve({
    'GET /v1/approval-requests/0198-req': () => ({ body: request }),
    'POST /v1/approval-requests/0198-req/approve': () => ({ body: { state: 'approved' } }),
  })
  const shown = await ranCli(['approvals', 'show', '0198-req'], { env })
  expect(shown.out).toContain('│ DELETE FROM orders -- \\u001b[2J\\u202e')
  expect(shown.out).toContain('$1 = 7')
  expect(shown.out).toMatch(/^Rules +orders\/writes$/m)
  const args = ['approvals', 'approve', '0198-req', '--reason', 'checked']
  expect((await ranCli(args, { env, answers: ['no'] })).code).toBe(1)
  expect((await ranCli([...args, '--digest', 'other'], { env })).code).toBe(4)
  expect(seen.filter(({ method }) => method === 'POST')).toEqual([])
  expect((await ranCli(args, { env, answers: ['yes'] })).code).toBe(0)
  expect(seen.at(-1)?.body).toEqual({ digest: 'd1g35t', reason: 'checked' })
})

test('an id cannot address another resource', async () => {
  const { env, seen } = await serve({})
  expect((await ranCli(['approvals', 'show', '../../me?x=1'], { env })).code).toBe(4)
  expect(seen[0]?.path).toBe('/v1/approval-requests/..%2F..%2Fme%3Fx%3D1')
  expect((await ranCli(['approvals', 'show', '..'], { env })).code).toBe(2)
})

test('a password comes from standard input or the environment', async () => {
  const { env, seen } = await serve({
    'GET /v1/connections': () => ({
      body: { items: [{ id: 'c1', name: 'shop' }], nextCursor: null },
    }),
    'POST /v1/connections/c1/credentials': () => ({ status: 201, body: { id: 'k1', version: 1 } }),
  })
  const args = ['credentials', 'set', 'shop', '--username', 'app']
  expect((await ranCli(args, { env, stdin: 's3cret\n' })).code).toBe(0)
  expect(seen.at(-1)?.body).toEqual({ kind: 'password', username: 'app', password: 's3cret' })
  expect(seen.at(-1)?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/)
  expect((await ranCli(args, { env: { ...env, WARDGATE_SECRET: 'other' } })).code).toBe(0)
  expect(seen.at(-1)?.body).toMatchObject({ password: 'other' })
  const key = ['credentials', 'set', 'shop', '--kind', 'api-key', '--in', 'header']
  expect((await ranCli(key, { env, stdin: 'k\n' })).err).toContain(
    '--kind api-key needs --key-name',
  )
  expect((await ranCli([...key, '--key-name', 'X-Key'], { env, stdin: 'k\n' })).code).toBe(0)
  const value = { kind: 'api-key', in: 'header', name: 'X-Key', value: 'k' }
  expect(seen.at(-1)?.body).toEqual(value)
  const unknown = await ranCli(['credentials', 'set', 'shop', '--kind', 'magic'], { env })
  expect(unknown).toMatchObject({ code: 2 })
})

describe('policies', () => {
  const policy =
    'name: orders\nrules:\n  - { id: read, effect: allow, match: { actions: [read] } }\n'

  test('validate names every line and needs no control plane', async () => {
    const good = await ranCli(['policies', 'validate', '-'], { stdin: policy })
    expect(good).toMatchObject({ code: 0 })
    const bad = await ranCli(['policies', 'validate', '-'], {
      stdin: `${policy}extra: 1\nmore: 2\n`,
    })
    expect(bad.code).toBe(1)
    expect(bad.err).toContain('-:4: extra: is not a known key\n-:5: more: is not a known key')
  })

  test('apply saves and activates the new version', async () => {
    const { env, seen } = await serve({
      'POST /v1/policies': () => ({ status: 201, body: { name: 'orders', version: 3 } }),
      'POST /v1/policies/orders/versions/3/activate': () => ({ body: { state: 'active' } }),
    })
    const ran = await ranCli(['policies', 'apply', '-'], { env, stdin: policy })
    expect(ran).toMatchObject({ code: 0, err: 'Policy orders version 3 is active.\n' })
    expect(seen[0]?.body).toEqual({ source: policy })
  })

  test('test runs cases with facts offline and says what differs', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'orders.yaml'), policy)
    writeFileSync(
      join(cwd, 'tests.yaml'),
      `policies: [orders.yaml]
cases:
  - { name: reads, connection: { name: shop }, facts: { actions: ["read table:public.a"] }, expect: { verdict: allow } }
  - { name: drops, connection: { name: shop }, facts: { actions: ["drop table:public.a"] }, expect: { verdict: allow } }
`,
    )
    const ran = await ranCli(['policies', 'test', 'tests.yaml'], { cwd })
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('ok    reads\nFAIL  drops\n      expected allow, got deny')
  })

  test('explain sends standard input and shows every rule', async () => {
    const { env, seen } = await serve({
      'POST /v1/policies/explain': () => ({
        body: {
          facts: {
            actions: [{ action: 'read', resource: 'table:public.a' }],
            risk: { score: 5, factors: [] },
          },
          verdict: {
            kind: 'allow',
            message: 'fine',
            determinedBy: [{ policy: 'orders', rule: 'read' }],
            consulted: [{ policy: 'orders', rule: 'read', matched: true, why: 'matches read' }],
          },
        },
      }),
    })
    const args = ['policies', 'explain', '--connection', 'shop', '--as', 'group:autogen']
    const ran = await ranCli(args, { env, stdin: 'SELECT 1\n' })
    expect(ran.code).toBe(0)
    expect(ran.out).toContain('orders/read  yes      matches read')
    expect(seen[0]?.body).toEqual({
      connection: 'shop',
      principal: 'group:autogen',
      operation: { text: 'SELECT 1' },
    })
  })
})

test('explain says of a held statement who would be asked, and what is masked where', async () => {
  const rule = 'orders/pii'
  const { env } = await serve({
    'POST /v1/policies/explain': () => ({
      body: {
        facts: { actions: [], risk: { score: 5, factors: [] } },
        verdict: {
          kind: 'require-approval',
          message: 'held',
          determinedBy: [],
          approval: { approvers: ['group:dba'], quorum: 1, expiresInSeconds: 900, holdSeconds: 50 },
        },
        consulted: [],
        masking: {
          columns: [
            { index: 1, rule, method: { kind: 'partial', keepFirst: 0, keepLast: 4, width: 8 } },
            {
              index: 2,
              rule,
              method: { kind: 'within', parts: [{ path: 'a', method: { kind: 'hash' } }] },
            },
          ],
          origins: [{ table: 7, attribute: 3, rule, method: { kind: 'shift', days: 9 } }],
          detectors: [{ detector: 'email', rule, method: { kind: 'redact' } }],
          unknownOrigin: { rule, method: { kind: 'null' } },
        },
      },
    }),
  })
  const ran = await ranCli(['policies', 'explain', '--connection', 'shop'], { env, stdin: 'x' })
  expect(ran.out).toContain('Approval    1 of group:dba, within 900 s, call held for 50 s\n')
  expect(ran.out).toContain(
    'Masks       column 2 of the result: partial, keeps the last 4, always 8 characters (rule orders/pii)\n',
  )
  for (const line of [
    'column 3 of the result: hash at a (rule orders/pii)',
    'column 3 of table 7: shift by up to 9 days (rule orders/pii)',
    'what looks like email: redact (rule orders/pii)',
    'columns of unknown origin: null (rule orders/pii)',
  ])
    expect(ran.out).toContain(`            ${line}\n`)
})

describe('a standalone', () => {
  function standalone(url: string, mode = 0o600): string {
    const cwd = emptyFolder()
    mkdirSync(join(cwd, '.wardgate'))
    mkdirSync(join(cwd, 'deep/down'), { recursive: true })
    const print = (token: string) => [process.execPath, '-e', `console.log('${token}')`]
    const body = { controlPlane: { url }, tokens: { admin: print('adm'), aiAgent: print('ai') } }
    writeFileSync(join(cwd, '.wardgate/standalone.json'), JSON.stringify(body), { mode })
    return join(cwd, 'deep/down')
  }

  test('is found upwards, and its identities give the token', async () => {
    const server = await serve({ 'GET /v1/me': () => ({ body: { principal: { name: 'alice' } } }) })
    const cwd = standalone(server.url)
    expect((await ranCli(['whoami'], { cwd })).code).toBe(0)
    expect(server.seen.at(-1)?.headers.authorization).toBe('Bearer adm')
    expect((await ranCli(['--identity', 'ai-agent', 'whoami'], { cwd })).code).toBe(0)
    expect(server.seen.at(-1)?.headers.authorization).toBe('Bearer ai')
    expect(await ranCli(['token'], { cwd })).toMatchObject({ code: 0, out: 'ai\n' })
    expect((await ranCli(['token', '--identity', 'nobody'], { cwd })).code).toBe(2)
  })

  test('is not trusted when others can write its file', async () => {
    const cwd = standalone('http://127.0.0.1:1')
    chmodSync(join(cwd, '../../.wardgate/standalone.json'), 0o666)
    const ran = await ranCli(['token'], { cwd })
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('are not run')
  })
})
