import { PolicyError } from '@wardgate/errors'
import type { OfferedTool, ToolCallOperation } from '@wardgate/gateway'
import { fakeHold } from '@wardgate/gateway/testing'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Stage } from '../testing/stage'

const email = 'ada@example.com'
let stage: Stage
let received: { method: string; body: string; headers: IncomingMessage['headers'] }[]
let respond: (message: { id?: number; method?: string }, response: ServerResponse) => void

const tools = () => [
  { name: 'add', description: 'Adds two numbers', inputSchema: { type: 'object' } },
  { name: 'drop', description: 'Drops', inputSchema: { type: 'object' } },
]

async function start(settings: object = {}): Promise<void> {
  received = []
  respond = ({ id, method }, response) => {
    const result =
      method === 'tools/list' ? { tools: tools() } : { content: [{ type: 'text', text: email }] }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  }
  stage = await Stage.start({
    settings: { profile: 'mcp', ...settings },
    target: (request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => {
        received.push({ method: request.method ?? '', body, headers: request.headers })
        respond(body === '' ? {} : (JSON.parse(body) as object), response)
      })
    },
  })
}

afterEach(() => stage.stop())

const post = (body: unknown, headers: Record<string, string> = {}) =>
  stage.fetch('/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const call = (name: string, args: object = {}, id = 1) =>
  post({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } })
const list = async () => {
  const answer = await post({ jsonrpc: '2.0', id: 9, method: 'tools/list' })
  const { result } = (await answer.json()) as { result: { tools: { name: string }[] } }
  return result.tools.map(({ name }) => name)
}
const asked = () => stage.controlPlane.asked.map(({ operation }) => operation as ToolCallOperation)

it('judges a call by tool and arguments, and sends what it judged', async () => {
  await start()
  await post(
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","name":"add","arguments":{"b":2,"a":1},"_meta":{"progressToken":7}}}',
  )
  expect(asked()).toEqual([
    { kind: 'tool-call', method: 'tools/call', name: 'add', arguments: '{"a":1,"b":2}' },
  ])
  expect(JSON.parse(received[0]!.body)).toMatchObject({
    params: { name: 'add', arguments: { b: 2 } },
  })
  expect(received[0]!.body).not.toContain('"x"')
})

it('tells a denial as the result of the tool', async () => {
  await start()
  const error = new PolicyError('ERR_POLICY_DENIED', 'rule mcp/no-drop denies this')
  stage.controlPlane.answer = () => stage.controlPlane.deny(error)
  const response = await call('drop', {}, 42)
  expect(response.status).toBe(200)
  const { id, result } = (await response.json()) as { id: number; result: { isError: boolean } }
  expect([id, result.isError]).toEqual([42, true])
  expect(JSON.stringify(result)).toContain('rule mcp/no-drop denies this')
  expect(stage.recorder.recorded.at(-1)?.text).toContain('rule mcp/no-drop denies this')
  expect(received).toEqual([])
})

it('tells a denial of anything else as an error of the protocol', async () => {
  await start()
  stage.controlPlane.answer = () => stage.controlPlane.deny()
  const response = await post({
    jsonrpc: '2.0',
    id: 'a',
    method: 'prompts/get',
    params: { name: 'p' },
  })
  expect(await response.json()).toMatchObject({
    id: 'a',
    error: { data: { code: 'ERR_POLICY_DENIED' } },
  })
  const notified = await post({ jsonrpc: '2.0', method: 'notifications/initialized' })
  expect(notified.status).toBe(403)
})

it('tells where an approval is pending', async () => {
  await start()
  stage.controlPlane.answer = () => stage.controlPlane.hold()
  const answered = call('drop')
  await stage.controlPlane.untilAsked(1)
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
  stage.clock.advance(fakeHold.holdMillis)
  const told = JSON.stringify(await (await answered).json())
  expect(told.split(fakeHold.url)).toHaveLength(2)
  expect(told.match(/send the identical operation again/gi)).toHaveLength(1)
})

it("hides the target's credential in what a tool answers", async () => {
  await start()
  const credential = { kind: 'bearer', token: email } as const
  stage.controlPlane.grant = { ...stage.controlPlane.grant, credential }
  const text = await (await call('add')).text()
  expect(text).toContain('[credential]')
  expect(text).not.toContain(email)
})

it('masks what a tool answers', async () => {
  await start()
  const detectors = [{ detector: 'email', rule: 'p/r', method: { kind: 'redact' } as const }]
  const masking = { columns: [], origins: [], detectors }
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
  const text = await (await call('add')).text()
  expect(JSON.parse(text)).toMatchObject({ id: 1, result: { content: [{ type: 'text' }] } })
  expect(text).not.toContain(email)
})

it('lists the tools that the control plane lets the client see, and records no operation of it', async () => {
  await start()
  const offered: OfferedTool[] = []
  stage.controlPlane.showsTool = (tool) => {
    offered.push(tool)
    return tool.name !== 'drop'
  }
  expect(await list()).toEqual(['add'])
  expect(offered).toEqual(
    tools().map((tool) => ({ name: tool.name, definition: JSON.stringify(tool) })),
  )
  expect(asked().map(({ method }) => method)).toEqual(['tools/list'])
  expect(stage.spool.of('intent')).toHaveLength(1)
})

it('lists nothing while nobody can say what may be seen', async () => {
  await start()
  const respondAtOnce = respond
  respond = (message, response) => {
    stage.controlPlane.isDown = true
    respondAtOnce(message, response)
  }
  const listed = await post({ jsonrpc: '2.0', id: 9, method: 'tools/list' })
    .then((response) => response.text())
    .catch(() => '')
  expect(listed).not.toContain('Adds')
})

it('filters a list of tools on whichever stream it comes', async () => {
  await start()
  stage.controlPlane.showsTool = ({ name }) => name !== 'drop'
  respond = (_message, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(
      `data: ${JSON.stringify({ jsonrpc: '2.0', id: 3, result: { tools: tools() } })}\n\n`,
    )
  }
  const text = await (await stage.fetch('/mcp')).text()
  expect(text).toContain('Adds')
  expect(text).not.toContain('drop')
})

it('binds a call to all that is sent, answers to the server among it', async () => {
  await start()
  const params = { name: 'add', inputResponses: { q: { action: 'accept' } }, requestState: 's' }
  await post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  expect(asked()).toMatchObject([
    { extra: '{"inputResponses":{"q":{"action":"accept"}},"requestState":"s"}' },
  ])
  expect(JSON.parse(received[0]!.body)).toMatchObject({ params })
})

it('shows no question within a result that a server may not ask', async () => {
  await start()
  const ask = (method: string) => (_message: object, response: ServerResponse) => {
    const result = { resultType: 'input_required', inputRequests: { q: { method, params: {} } } }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result }))
  }
  respond = ask('elicitation/create')
  const refused = await (await call('add')).json()
  expect(refused).toMatchObject({ result: { isError: true, resultType: 'complete' } })
  expect(JSON.stringify(refused)).toContain('the server asks its client for elicitation/create')
  await stage.stop()
  await start({ mcp: { serverRequests: ['elicitation/create'] } })
  respond = ask('elicitation/create')
  expect(await (await call('add')).text()).toContain('input_required')
})

it.each(['/admin', '/mcp/', '/mcp?tenant=2', '/', '/mcp%2F..'])(
  'reaches nothing at the target but the endpoint: %s',
  async (path) => {
    await start()
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
    const headers = { 'content-type': 'application/json' }
    const answer = await stage.fetch(path, { method: 'POST', headers, body })
    expect([400, 404]).toContain(answer.status)
    expect((await stage.fetch(path)).status).toBe(answer.status)
    expect(received).toEqual([])
  },
)

it('keeps the session of one principal from another', async () => {
  await start()
  respond = ({ id }, response) => {
    response.setHeader('mcp-session-id', 'abc').setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }))
  }
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
  const session = (await post(ping)).headers.get('mcp-session-id') ?? ''
  expect(session).toMatch(/^[\w-]{80,}\.abc$/)
  expect((await post(ping, { 'mcp-session-id': session })).status).toBe(200)
  expect(received[1]!.headers['mcp-session-id']).toBe('abc')
  stage.controlPlane.grant = { ...stage.controlPlane.grant, principalId: 'principal-2' }
  const other = { authorization: 'Bearer token-2' }
  for (const stolen of [session, 'abc', `.abc`, session.replace('abc', 'abd')]) {
    const headers = { ...other, 'mcp-session-id': stolen, 'last-event-id': '1' }
    expect((await post(ping, headers)).status).toBe(404)
    expect((await stage.fetch('/mcp', { headers })).status).toBe(404)
  }
  expect(received).toHaveLength(2)
})

it('keeps the stream of one principal from another, where a server keeps no sessions', async () => {
  await start()
  respond = (_message, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end('id: 41\ndata: \n\n')
  }
  const resume = (id: string, headers: Record<string, string> = {}) =>
    stage.fetch('/mcp', { headers: { 'last-event-id': id, ...headers } })
  const id = /^id: (.*)$/m.exec(await (await stage.fetch('/mcp')).text())?.[1] ?? ''
  expect((await resume(id)).status).toBe(200)
  expect(received[1]!.headers['last-event-id']).toBe('41')
  for (const guessed of ['41', '42', id.replace('.41', '.42')])
    expect((await resume(guessed)).status).toBe(404)
  stage.controlPlane.grant = { ...stage.controlPlane.grant, principalId: 'principal-2' }
  expect((await resume(id, { authorization: 'Bearer token-2' })).status).toBe(404)
  expect(received).toHaveLength(2)
})

it('writes messages in UTF-8, whatever charset they came under', async () => {
  await start()
  respond = ({ id }, response) => {
    response.setHeader('content-type', 'application/json; charset=utf-7')
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { text: '+2zvc.ZA-' } }))
  }
  const answer = await post(
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add+ACIALA-' } },
    { 'content-type': 'application/json; charset=utf-7' },
  )
  expect(received[0]!.headers['content-type']).toBe('application/json')
  expect(answer.headers.get('content-type')).toBe('application/json')
})

it('shows no question that a server asks by an error, or by a notification', async () => {
  await start()
  const data = { elicitations: [{ mode: 'url', url: 'https://evil.example' }] }
  respond = ({ id }, response) => {
    const message = { jsonrpc: '2.0', id, error: { code: -32042, message: 'go there', data } }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(message))
  }
  const refused = await (await call('add')).text()
  expect(refused).not.toContain('evil.example')
  expect(refused).toContain('elicitation/create')
  respond = (_message, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end('data: {"jsonrpc":"2.0","method":"sampling/createMessage","params":{}}\n\n:\n\n')
  }
  expect(await (await stage.fetch('/mcp')).text()).toBe(':\n\n')
})

it.each([
  ['a message', { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no\u200b way' } }],
  ['no message', { detail: 'no\u200b way' }],
  ['text', 'no\u200b way'],
])('removes hidden text from an error of HTTP that is %s', async (_title, body) => {
  await start()
  respond = (_message, response) => {
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
  const answer = await call('add')
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('no way')
})

it('filters a list of tools that comes as an error of HTTP', async () => {
  await start()
  stage.controlPlane.showsTool = ({ name }) => name !== 'drop'
  respond = ({ id }, response) => {
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { tools: tools() } }))
  }
  expect(await (await call('add')).text()).not.toContain('drop')
})

it('passes on no header but those of the protocol', async () => {
  await start()
  await post(
    { jsonrpc: '2.0', id: 1, method: 'ping' },
    { 'x-tenant': '2', 'mcp-protocol-version': '2025-11-25', cookie: 'a=b' },
  )
  const { headers } = received[0]!
  expect(headers['mcp-protocol-version']).toBe('2025-11-25')
  expect([headers['x-tenant'], headers.cookie]).toEqual([undefined, undefined])
})

it.each([
  ['region', { 'mcp-param-region': 'eu' }, 200],
  ['region', { 'mcp-param-region': '=?base64?ZXU=?=' }, 200],
  ['region', { 'mcp-param-region': 'us' }, 400],
  ['another', { 'mcp-param-region': 'decoy' }, 400],
  ['of another name', { 'mcp-param-zone': 'eu' }, 200],
])('takes a header that repeats the argument %s: %j', async (_name, headers, status) => {
  await start()
  const params = { name: 'add', arguments: { region: 'eu', other: 'decoy' } }
  const answer = await post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers)
  expect(answer.status).toBe(status)
})

it.each([
  ['http://localhost:6274', 200],
  ['http://127.0.0.1:1', 200],
  ['https://chat.example', 200],
  ['https://chat.example:8443', 403],
  ['http://evil.example', 403],
  ['http://localhost.evil.example', 403],
  ['null', 403],
])('takes requests from the page of a browser at %s: %i', async (origin, status) => {
  await start({ mcp: { origins: ['https://chat.example/'] } })
  const answer = await post({ jsonrpc: '2.0', id: 1, method: 'ping' }, { origin })
  expect(answer.status).toBe(status)
  expect(received).toHaveLength(status === 200 ? 1 : 0)
})

it.each(['text/plain', 'text/html', 'application/octet-stream'])(
  'shows no answer of another kind than messages: %s',
  async (type) => {
    await start()
    respond = (_message, response) => {
      response.setHeader('content-type', type).end('secret')
    }
    const answer = await stage.fetch('/mcp')
    expect(answer.status).toBe(403)
    expect(await answer.text()).not.toContain('secret')
  },
)

it('shows events one by one, without what a server may not ask for', async () => {
  await start()
  respond = (_message, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const messages = [
      { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } },
      { jsonrpc: '2.0', id: 5, method: 'sampling/createMessage', params: {} },
      { jsonrpc: '2.0', id: 1, result: { content: [] } },
    ]
    for (const message of messages)
      response.write(`event: message\nid: 1\ndata: ${JSON.stringify(message)}\n\n`)
    response.end('id: 7\ndata: \n\n: bye\n\n')
  }
  const text = await (await call('add')).text()
  expect(text).toContain('notifications/progress')
  expect(text).toMatch(/event: message\nid: [\w-]{80,}\.1\ndata: \{"jsonrpc":"2.0","id":1,"result"/)
  expect(text).not.toContain('sampling')
  expect(text).toMatch(/id: [\w-]{80,}\.7\ndata: \n\n:\n\n$/)
})

it.each(['\n\r\n', '\r\n\n', '\n\r', '\r\r', '\r\n\r\n'])(
  'shows an event as soon as its blank line has come: %j',
  async (end) => {
    await start()
    respond = (_message, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: {"jsonrpc":"2.0","method":"notifications/a"}${end}`)
    }
    const answer = await stage.fetch('/mcp')
    const reader = answer.body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    expect(Buffer.from(value ?? []).toString()).toContain('notifications/a')
    await reader?.cancel()
  },
)

it('shows the head of a stream of events before there is one', async () => {
  await start()
  respond = (_message, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  }
  const answer = await stage.fetch('/mcp')
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  await answer.body?.cancel()
})

it('shows what the settings let a server ask for', async () => {
  await start({ mcp: { serverRequests: ['sampling/createMessage'] } })
  respond = (_message, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end('data: {"jsonrpc":"2.0","id":5,"method":"sampling/createMessage"}\n\n')
  }
  expect(await (await call('add')).text()).toContain('sampling')
})

it('judges the stream of the server and the end of its session', async () => {
  await start()
  respond = (_message, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': hello\n\n')
  }
  expect(await (await stage.fetch('/mcp')).text()).toBe(':\n\n')
  await stage.fetch('/mcp', { method: 'DELETE' })
  expect(asked().map(({ method }) => method)).toEqual(['session/listen', 'session/end'])
})

it.each([
  ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'ping' }]],
  ['another version', { jsonrpc: '1.0', id: 1, method: 'ping' }],
  ['members that are none', { jsonrpc: '2.0', id: 1, method: 'ping', result: {} }],
  ['a call without a tool', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }],
  ['no JSON', '{"jsonrpc":"2.0",'],
])('refuses %s', async (_title, body) => {
  await start()
  expect((await post(body)).status).toBe(400)
  expect(received).toEqual([])
})

it('refuses a header that says something else than the body', async () => {
  await start()
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'drop' } }
  expect((await post(body, { 'mcp-method': 'tools/list' })).status).toBe(400)
  expect((await post(body, { 'mcp-name': 'add' })).status).toBe(400)
  for (const method of ['GET', 'DELETE'])
    expect((await stage.fetch('/mcp', { method, headers: { 'mcp-name': 'drop' } })).status).toBe(
      400,
    )
  expect(received).toEqual([])
})

it('shows nothing of an answer that is no message', async () => {
  await start()
  respond = (_message, response) => {
    response.setHeader('content-type', 'application/json').end('{"secret":1}')
  }
  const text = await call('add')
    .then((response) => response.text())
    .catch(() => '')
  expect(text).not.toContain('secret')
})
