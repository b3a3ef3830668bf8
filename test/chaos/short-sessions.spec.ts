import { join } from 'node:path'
import { eventually } from '../support/eventually'
import { everyPage } from '../support/every-page'
import { connectDirectly, connectEventually, connectThrough } from '../support/governed-client'
import { Instance, root } from '../support/instance'
import { killed } from '../support/kill'
import { useWrittenInstance } from '../support/written-instance'

const instance = new Instance(join(root, '.cache/chaos/short-sessions'), 22_500)
const writers = 3
const victims = ['control-plane', 'agent', 'control-plane'] as const
const stop = useWrittenInstance(instance)

interface Entry {
  readonly kind: string
  readonly sessionId?: string
  readonly operationId?: string
}

interface Operation {
  readonly id: string
  readonly sessionId: string
  readonly text: string
}

jest.setTimeout(600_000)

/** A connection for each row, as tool calls make them; answers which rows were acknowledged. */
async function write(writer: number, signal: AbortSignal): Promise<string[]> {
  const acknowledged: string[] = []
  // One token for many sessions, or each would be asked for.
  let token = await instance.token('aiAgent')
  for (let number = 0; !signal.aborted; number += 1) {
    const opened = await connectThrough(instance, {
      user: 'open',
      token,
      connectionTimeoutMillis: 5000,
      query_timeout: 20_000,
    }).catch(() => undefined)
    if (!opened) {
      token = await instance.token('aiAgent')
      continue
    }
    const mark = `s${writer}-${number}`
    await opened.client
      .query(`INSERT INTO chaos_rows VALUES ('${mark}')`)
      .then(() => acknowledged.push(mark))
      .catch(() => undefined)
    await opened.client.end().catch(() => undefined)
  }
  return acknowledged
}

const markOf = ({ text }: Operation) => /'(s\d+-\d+)'/.exec(text)?.[1]

it('knows whose every operation was, though sessions are stored after they have begun', async () => {
  const running = Array.from({ length: writers }, (_, writer) => write(writer, stop.signal))
  for (const victim of victims) {
    const direct = await connectDirectly(instance)
    const count = async (): Promise<number> =>
      Number((await direct.query('SELECT count(*) FROM chaos_rows')).rows[0].count)
    const before = await count()
    // Only while sessions come and go is there one that is not stored yet.
    await eventually(async () => ((await count()) > before + 100 ? true : undefined), 60_000)
    await direct.end()
    await killed(instance, victim)
  }
  const options = { user: 'open', connectionTimeoutMillis: 5000 }
  await (await connectEventually(instance, options, 60_000)).client.end()
  stop.abort()
  const acknowledged = (await Promise.all(running)).flat()
  expect(acknowledged.length).toBeGreaterThan(300)
  const direct = await connectDirectly(instance)
  const { rows } = await direct.query<{ mark: string }>('SELECT mark FROM chaos_rows')
  await direct.end()
  const there = rows.map(({ mark }) => mark)
  expect(new Set(there).size).toBe(there.length)

  const operations = await eventually(async () => {
    const found = await everyPage<Operation>(instance, '/v1/operations?action=insert&limit=200')
    const known = new Set(found.map(markOf))
    return there.every((mark) => known.has(mark)) ? found : undefined
  }, 120_000)
  const marks = operations.map(markOf).filter((mark) => mark !== undefined)
  expect(new Set(marks).size).toBe(marks.length)
  const entries = await everyPage<Entry>(instance, '/v1/audit/entries?limit=200')
  const openings = entries.filter(({ kind }) => kind === 'session.opened')
  const opened = new Set(openings.map(({ sessionId }) => sessionId))
  expect(opened.size).toBe(openings.length)
  const intents = entries.filter(({ kind }) => kind === 'operation.intent')
  expect(intents.filter(({ sessionId }) => !opened.has(sessionId))).toEqual([])
  // Each row's operation hangs on a session that has a principal.
  const sessions = await everyPage<{ id: string; principal: string }>(
    instance,
    '/v1/sessions?limit=200',
  )
  const principals = new Map(sessions.map(({ id, principal }) => [id, principal]))
  expect(operations.filter(({ sessionId }) => !principals.get(sessionId))).toEqual([])
  // A session that was stored, but of whose opening the agent never heard, ends with the sweep.
  await eventually(async () => {
    const open = await everyPage(instance, '/v1/sessions?state=open&limit=200')
    return open.length === 0 ? true : undefined
  }, 240_000)
})
