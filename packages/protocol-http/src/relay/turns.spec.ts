import { gzipSync } from 'node:zlib'
import { WebSocketServer, WebSocket } from 'ws'
import { Stage } from '../testing/stage'

const detectors = ['email', 'iban', 'national_id', 'credit_card', 'api_key', 'secret']
/** What detectors take longest for. */
const worst = `${'DE89370400440532013000 4111111111111111 '.repeat(20_000)} ada@example.com`

const bodies: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/string': ['application/json', JSON.stringify({ a: worst, b: 'bob@example.com' })],
  '/within': ['application/json', JSON.stringify([JSON.stringify({ a: worst })])],
  '/event': ['text/event-stream', `data: ${JSON.stringify({ a: worst })}\n\n`],
  '/text': ['text/plain', worst],
}

let stage: Stage
let sockets: WebSocketServer

beforeEach(async () => {
  stage = await Stage.start({
    target: ({ url = '' }, response) => {
      const [type = '', body = ''] = bodies[url.replace('/packed', '')] ?? []
      const isPacked = url.startsWith('/packed')
      response.writeHead(200, {
        'content-type': type,
        ...(isPacked && { 'content-encoding': 'gzip' }),
      })
      response.end(isPacked ? gzipSync(body) : body)
    },
  })
  sockets = new WebSocketServer({ server: stage.target })
  const masking = {
    columns: [],
    origins: [],
    detectors: detectors.map((detector) => ({
      detector,
      rule: 'p/r',
      method: { kind: 'redact' } as const,
    })),
  }
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
})
afterEach(() => stage.stop())

/** All of it at once takes half a second. */
const limit = 200

/** The best of some runs: what else the machine does counts for one, and a long turn is long in each. */
async function longestTurn<T>(run: () => Promise<T>): Promise<readonly [number, T]> {
  let best = await longestTurnOnce(run)
  for (let again = 0; again < 3 && best[0] >= limit; again += 1) {
    const next = await longestTurnOnce(run)
    if (next[0] < best[0]) best = next
  }
  return best
}

/** The most time of the processor between two turns of the event loop, in milliseconds, while `run` is under way. */
async function longestTurnOnce<T>(run: () => Promise<T>): Promise<readonly [number, T]> {
  let [longest, isOver] = [0, false]
  let before = process.cpuUsage()
  const turn = () => {
    const { user, system } = process.cpuUsage(before)
    longest = Math.max(longest, (user + system) / 1_000)
    before = process.cpuUsage()
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  try {
    const result = await run()
    return [longest, result]
  } finally {
    isOver = true
  }
}

it.each(['/string', '/within', '/event', '/text', '/packed/string'])(
  'lets other sessions have their turn while %s is masked',
  async (path) => {
    const [longest, text] = await longestTurn(async () => (await stage.fetch(path)).text())
    expect(longest).toBeLessThan(limit)
    expect(text.length).toBeGreaterThan(100_000)
    expect(text).not.toMatch(/ada@example|bob@example|DE89370400440532013000/)
  },
)

it('lets them have it while a message is masked, and keeps messages in their order', async () => {
  const [, body] = bodies['/string'] ?? []
  sockets.on('connection', (socket) => {
    for (const message of [String(body), 'short', String(body), 'last']) socket.send(message)
    socket.close(1000, 'done')
  })
  const [longest, { shown, code }] = await longestTurn(
    () =>
      new Promise<{ shown: readonly string[]; code: number }>((resolve, reject) => {
        const shown: string[] = []
        const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/shop/live`, {
          headers: { authorization: 'Bearer t' },
        })
        socket.on('message', (data) => shown.push((data as Buffer).toString()))
        socket.once('close', (code) => resolve({ shown, code })).once('error', reject)
      }),
  )
  expect(longest).toBeLessThan(limit)
  expect(shown.map((text) => (text.length > 10 ? 'long' : text))).toEqual([
    'long',
    'short',
    'long',
    'last',
  ])
  expect(shown.join('')).not.toMatch(/ada@example|DE89370400440532013000/)
  expect(code).toBe(1000)
})
