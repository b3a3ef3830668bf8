import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { auditedOperations } from '../support/audited-operations'
import { drained } from '../support/drained'
import { eventually } from '../support/eventually'
import { everyPage } from '../support/every-page'
import { connectDirectly, connectEventually, connectThrough } from '../support/governed-client'
import { Instance, root } from '../support/instance'
import { killed } from '../support/kill'
import { useWrittenInstance } from '../support/written-instance'

const instance = new Instance(join(root, '.cache/chaos/home'), 22_400)
const writers = 4
/** Enough statements to be hit in any state, few enough to read the whole log afterwards. */
const pauseMillis = 10
const kills = process.env['CHAOS_KILLS'] === undefined ? 6 : Number(process.env['CHAOS_KILLS'])
const victims = ['agent', 'control-plane', 'database', 'sample'] as const
const stop = useWrittenInstance(instance)

interface Verified {
  readonly completeness: {
    readonly ok: boolean
    readonly reached: readonly {
      readonly agentId: string
      readonly spoolId: string
      readonly first: number
      readonly last: number
      readonly entries: number
    }[]
  }
}

interface Operation {
  readonly id: string
  readonly text: string
  readonly status: string
}

jest.setTimeout(600_000)

/** Inserts marked rows until told to stop, whatever happens around it; answers which were acknowledged. */
async function write(writer: number, stop: AbortSignal): Promise<string[]> {
  const acknowledged: string[] = []
  const isStopped = (): boolean => stop.aborted
  let number = 0
  while (!isStopped()) {
    const opened = await connectThrough(instance, {
      user: 'open',
      connectionTimeoutMillis: 5000,
      query_timeout: 20_000,
    }).catch(() => undefined)
    if (!opened) continue
    try {
      while (!isStopped()) {
        const mark = `w${writer}-${number}`
        // The number moves on before the answer: a mark is never sent twice.
        number += 1
        await opened.client.query(`INSERT INTO chaos_rows VALUES ('${mark}')`)
        acknowledged.push(mark)
        await delay(pauseMillis)
      }
    } catch {
      // Lost or refused: this mark may or may not be there, which is what the audit log must know.
    } finally {
      await opened.client.end().catch(() => undefined)
    }
  }
  return acknowledged
}

describe('kill -9 at random during a write load', () => {
  it('loses and doubles no audited operation', async () => {
    const running = Array.from({ length: writers }, (_, writer) => write(writer, stop.signal))
    for (let kill = 0; kill < kills; kill += 1) {
      const victim = victims[kill % victims.length]!
      const direct = await eventually(
        () => connectDirectly(instance).catch(() => undefined),
        60_000,
      )
      const count = async (): Promise<number> =>
        Number((await direct.query('SELECT count(*) FROM chaos_rows')).rows[0].count)
      const before = await count()
      // Only a load that moves is worth interrupting.
      await eventually(async () => ((await count()) > before + 50 ? true : undefined), 60_000)
      await direct.end()
      await killed(instance, victim)
    }
    const options = { user: 'open', connectionTimeoutMillis: 5000 }
    await (await connectEventually(instance, options, 60_000)).client.end()
    stop.abort()
    const acknowledged = (await Promise.all(running)).flat()
    const direct = await connectDirectly(instance)
    const { rows } = await direct.query<{ mark: string }>('SELECT mark FROM chaos_rows')
    await direct.end()
    const there = rows.map(({ mark }) => mark)
    expect(acknowledged.length).toBeGreaterThan(kills * 50)
    expect(new Set(there).size).toBe(there.length)
    expect(acknowledged.filter((mark) => !there.includes(mark))).toEqual([])

    await drained(instance, Date.now())
    // Every row has exactly one operation, every operation one intent and one outcome.
    const operations = await everyPage<Operation>(
      instance,
      '/v1/operations?action=insert&limit=200',
    )
    const marks = operations
      .map(({ text }) => /'(w\d+-\d+)'/.exec(text)?.[1])
      .filter((mark) => mark !== undefined)
    expect(new Set(marks).size).toBe(marks.length)
    expect(there.filter((mark) => !marks.includes(mark))).toEqual([])
    const { intents, outcomes } = await auditedOperations(instance)
    expect(new Set(intents).size).toBe(intents.length)
    expect(new Set(outcomes).size).toBe(outcomes.length)
    // Those that a killed agent had forwarded end as unknown when its next process says that it has started.
    expect([...outcomes].sort()).toEqual([...intents].sort())
  })

  it('leaves evidence that verifies: nothing altered, and every entry that every agent wrote', async () => {
    const agents = await drained(instance, Date.now())
    const bundle = join(instance.home, 'evidence.json')
    const exported = await instance.cli('--identity', 'auditor', 'audit', 'export', '--out', bundle)
    expect(exported).toMatchObject({ code: 0 })
    expect(exported.stderr).not.toContain('warning')
    const verified = await instance.cli('audit', 'verify', bundle, '--json')
    expect(verified).toMatchObject({ code: 0 })
    const { completeness } = JSON.parse(verified.stdout) as Verified
    for (const { id, health } of agents) {
      const reached = completeness.reached.find(
        ({ agentId, spoolId }) => agentId === id && spoolId === health.spoolId,
      )
      // A killed agent goes on with its spool, so one spool holds what all its processes wrote.
      expect(reached).toMatchObject({ first: 1, entries: reached?.last })
      expect(reached?.last).toBeGreaterThanOrEqual(health.spoolLast ?? Infinity)
    }
  })
})
