// One client's session: its streams, which can be resumed, and the questions that it owes answers to.
import { randomUUID } from 'node:crypto'
import {
  getPrompt,
  listPrompts,
  listResources,
  readResource,
  resourceTemplates,
} from './contents.mjs'
import { callTool, listTools } from './tools.mjs'

const retryMillis = 50
const notFound = { code: -32_602, message: 'there is none of that name' }

const methods = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    serverInfo: { name: 'full', version: '1.0.0' },
    capabilities: {
      tools: {},
      prompts: {},
      resources: { subscribe: true },
      logging: {},
      completions: {},
    },
  }),
  ping: () => ({}),
  'logging/setLevel': () => ({}),
  'completion/complete': () => ({ completion: { values: ['one', 'two'], hasMore: false } }),
  'tools/list': () => ({ tools: listTools() }),
  'tools/call': ({ name, arguments: given }, doing) => callTool(name, given ?? {}, doing),
  'resources/list': () => ({ resources: listResources() }),
  'resources/templates/list': () => ({ resourceTemplates }),
  'resources/read': ({ uri }) => {
    const contents = readResource(uri)
    return contents && { contents: [contents] }
  },
  'resources/subscribe': () => ({}),
  'resources/unsubscribe': () => ({}),
  'prompts/list': () => ({ prompts: listPrompts() }),
  'prompts/get': ({ name, arguments: given }) => getPrompt(name, given ?? {}),
}

/** Server-sent events that are kept, so that whoever comes back has those that it missed. */
class Stream {
  #events = []
  #response
  #isOver = false

  constructor(name) {
    this.name = name
  }

  /** `seen` is the number of the last event that the client has. */
  attach(response, headers, seen = 0) {
    this.#response = response
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' })
    response.write(`id: ${this.name}_0\nretry: ${retryMillis}\ndata: \n\n`)
    for (const event of this.#events.slice(seen)) response.write(event)
    if (this.#isOver) response.end()
  }

  send(message) {
    const number = this.#events.length + 1
    const event = `id: ${this.name}_${number}\ndata: ${JSON.stringify(message)}\n\n`
    this.#events.push(event)
    this.#response?.write(event)
  }

  disconnect() {
    this.#response?.end()
    this.#response = undefined
  }

  end() {
    this.#isOver = true
    this.disconnect()
  }
}

export class Session {
  id = randomUUID()
  #streams = new Map()
  #asked = new Map()

  /** A request, whose answer comes on a stream of its own; or an answer to a question of ours. */
  async take(message, response, headers) {
    if (message.method === undefined) {
      this.#asked.get(message.id)?.(message)
      return response.writeHead(202).end()
    }
    if (message.id === undefined) return response.writeHead(202).end()
    const stream = this.#open()
    stream.attach(response, headers)
    stream.send(await this.#answer(message, stream))
    stream.end()
  }

  listen(response, headers, lastEventId) {
    const [name, seen] = (lastEventId ?? '').split('_')
    const stream = lastEventId === undefined ? this.#open() : this.#streams.get(name)
    if (stream === undefined) return response.writeHead(404).end()
    stream.attach(response, headers, Number(seen ?? 0))
  }

  #open() {
    const stream = new Stream(randomUUID())
    this.#streams.set(stream.name, stream)
    return stream
  }

  async #answer({ id, method, params = {} }, stream) {
    const run = Object.hasOwn(methods, method) ? methods[method] : () => undefined
    const result = await run(params, {
      progressToken: params._meta?.progressToken,
      tell: (told, what) => stream.send({ jsonrpc: '2.0', method: told, params: what }),
      ask: (asked, what) => this.#ask(stream, asked, what),
      disconnect: () => stream.disconnect(),
    })
    const outcome = result === undefined ? { error: notFound } : { result }
    return { jsonrpc: '2.0', id, ...outcome }
  }

  async #ask(stream, method, params) {
    const id = randomUUID()
    const answered = new Promise((resolve) => this.#asked.set(id, resolve))
    stream.send({ jsonrpc: '2.0', id, method, params })
    const { result } = await answered
    return result
  }
}
