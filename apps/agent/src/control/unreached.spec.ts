import { createLogger } from '@wardgate/logger'
import { TestAuthority } from '../testing/certificates'
import { FakeControlPlane, until } from '../testing/fake-control-plane'
import { ControlLink, type LinkOptions } from './link'
import { Reminder, unreachedBecause } from './unreached'

const nothing = (): void => undefined
const listener = {
  attached: nothing,
  lost: nothing,
  assigned: nothing,
  catalogWanted: nothing,
  drain: nothing,
  rejected: nothing,
}
const health = { liveSessions: 0, spoolEntries: 0n, spoolBytes: 0n, spoolId: '', spoolLast: 0n }

async function warningsOf(plane: FakeControlPlane, authority: TestAuthority): Promise<unknown[]> {
  const told: unknown[] = []
  const log = Object.assign(createLogger({ name: 'agent', level: 'silent' }), {
    warn: (...args: unknown[]) => void told.push(args),
  })
  const options: LinkOptions = {
    address: plane.address,
    identity: await authority.agent('agent'),
    hello: () => ({ version: '1', protocols: [], instanceId: 'i', listeners: [] }),
    heartbeat: () => ({ ...health, oldestUnacknowledgedSeconds: 0 }),
    clock: { now: () => 0, micros: () => 0 },
    log,
    listener,
    random: () => 0,
    firstBackoffMillis: 1,
  }
  const link = new ControlLink(options)
  link.start()
  await until(() => told.length > 0)
  link.stop()
  return told
}

describe('a control plane that cannot be attached to', () => {
  it('is said to have another authority when its certificate is of one, with what to do', async () => {
    const plane = await FakeControlPlane.start()
    const told = await warningsOf(plane, await TestAuthority.create())
    plane.stop()
    expect(told).toEqual([
      [
        {
          err: expect.objectContaining({ message: expect.stringContaining('authority') }),
          nextStep: expect.stringContaining('new join token'),
        },
        'control plane not attached',
      ],
    ])
  })

  it('is otherwise said to be away', () => {
    const { message, nextStep } = unreachedBecause(new Error('connection refused'))
    expect([message, nextStep]).toEqual(['the control plane cannot be reached', undefined])
  })

  it('is told of at once, then once a minute, and at once after it was there', () => {
    const reminder = new Reminder()
    const due = [0, 10, 59_999, 60_000, 60_001].map((now) => reminder.isDue(now))
    expect(due).toEqual([true, false, false, true, false])
    reminder.reset()
    expect(reminder.isDue(60_002)).toBe(true)
  })
})
