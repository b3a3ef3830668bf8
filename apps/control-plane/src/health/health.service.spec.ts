import type { Database } from '../common/database/database'
import { HealthService, readyMillis } from './health.service'

function asking(ping: () => Promise<void>): HealthService {
  return new HealthService({ ping } as unknown as Database)
}

describe('readiness', () => {
  it('is there while the database answers', async () => {
    await expect(asking(() => Promise.resolve()).ready()).resolves.toEqual({ status: 'ok' })
  })

  it('is refused with a code when the database cannot be reached', async () => {
    const away = asking(() => Promise.reject(new Error('connect ECONNREFUSED')))
    await expect(away.ready()).rejects.toMatchObject({ code: 'ERR_CONTROL_UNAVAILABLE' })
  })

  it('is refused in time when the database accepts and says nothing', async () => {
    jest.useFakeTimers()
    try {
      const silent = asking(() => new Promise(() => undefined)).ready()
      const refused = expect(silent).rejects.toMatchObject({ code: 'ERR_CONTROL_UNAVAILABLE' })
      await jest.advanceTimersByTimeAsync(readyMillis)
      await refused
    } finally {
      jest.useRealTimers()
    }
  })
})
