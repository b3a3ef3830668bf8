import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { AttachedStart, partsOf } from '../../support/attached-start'
import { eventually } from '../../support/eventually'
import { Instance, root } from '../../support/instance'
import { kill } from '../../support/kill'

jest.setTimeout(240_000)

const instance = new Instance(join(root, '.cache/e2e/interrupted-start'), 22_850)

beforeAll(() => instance.remove())
afterEach(() => instance.stop())
afterAll(() => instance.remove())

/** Parts end within moments of the one who started them, also when that one was killed. */
const nothingIsLeft = (): Promise<true> =>
  eventually(async () => (partsOf(instance).length === 0 ? true : undefined))

describe('a first start that is ended early', () => {
  beforeEach(() => instance.remove())

  it.each([
    ['the databases start', 'starting two databases'],
    ['the control plane starts and the shop is made', 'starting the control plane'],
    ['the agent starts', 'starting the agent'],
  ])('leaves nothing after Ctrl-C while %s', async (_what, words) => {
    const start = new AttachedStart(instance)
    await start.prints(words)
    start.signalGroup('SIGINT')
    expect(await start.ended).toBe(0)
    expect(partsOf(instance)).toEqual([])
    expect(start.output).not.toContain('cannot start')
  })

  it('leaves nothing when it was to go on in the background', async () => {
    const start = new AttachedStart(instance, '--detach')
    await start.prints('starting the control plane')
    start.signalGroup('SIGINT')
    expect(await start.ended).not.toBeNull()
    await nothingIsLeft()
  })

  it('works the next time', async () => {
    const start = new AttachedStart(instance)
    await start.prints('starting the control plane')
    start.signalGroup('SIGINT')
    await start.ended
    await instance.start()
  })
})

describe('a later start that is ended early', () => {
  beforeAll(async () => {
    await instance.start()
    await instance.stop()
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves nothing when npm alone gets %s',
    async (signal) => {
      const start = new AttachedStart(instance)
      await start.prints('starting all parts at once')
      start.signalNpm(signal)
      await start.ended
      await nothingIsLeft()
    },
  )

  it('leaves nothing when its terminal is closed', async () => {
    const start = new AttachedStart(instance)
    await start.prints('starting all parts at once')
    start.signalGroup('SIGHUP')
    await start.ended
    await nothingIsLeft()
  })

  it('leaves nothing when it is stopped from elsewhere', async () => {
    const start = new AttachedStart(instance)
    await start.prints('starting all parts at once')
    await instance.stop()
    expect(await start.ended).toBe(0)
    expect(partsOf(instance)).toEqual([])
  })

  it('is the only one in its home', async () => {
    const starts = [new AttachedStart(instance), new AttachedStart(instance)]
    const [refused, runs] = await Promise.race(
      starts.map(async (start, at) => {
        await start.ended
        return [start, starts[1 - at]] as const
      }),
    )
    expect(refused.output).toMatch(/it runs already in this home \(process \d+\)/)
    await runs?.prints('ready')
    runs?.signalGroup('SIGINT')
    expect(await runs?.ended).toBe(0)
  })
})

describe('after a killed runner', () => {
  beforeEach(() => instance.start())

  it('all that it ran ends too, and the next start works', async () => {
    process.kill(instance.descriptor.pid, 'SIGKILL')
    await nothingIsLeft()
    await instance.start()
  })

  it('the next start works at once', async () => {
    process.kill(instance.descriptor.pid, 'SIGKILL')
    await instance.start()
  })

  describe('whose guard was killed too, and which wrote down nothing', () => {
    beforeEach(() => {
      killWithGuard()
      rmSync(join(instance.home, 'processes.json'))
    })

    it('all programs but the databases end by themselves', async () => {
      const isDatabase = (line: string): boolean => line.includes('bin/postgres')
      const databases = await eventually(async () => {
        const parts = partsOf(instance)
        return parts.every(isDatabase) ? parts : undefined
      })
      expect(databases).toHaveLength(2)
    })

    it('a stop ends the databases', async () => {
      await instance.stop()
      await nothingIsLeft()
    })

    it('a start ends the databases', () => instance.start())
  })
})

/** The guard first, so that it ends nothing of what the runner leaves. */
function killWithGuard(): void {
  for (const part of ['guard', 'standalone']) kill(instance, part)
}
