import { Injectable } from '@nestjs/common'
import { ControlError } from '@wardgate/errors'
import { Database } from '../common/database/database'

/** A probe wants an answer: a database that accepts and says nothing is as good as none. */
export const readyMillis = 3_000

@Injectable()
export class HealthService {
  constructor(private readonly database: Database) {}

  live() {
    return { status: 'ok' as const }
  }

  /** Migrations were applied before the port was opened, so the database alone is asked. */
  async ready() {
    try {
      await answered(this.database.ping())
    } catch (cause) {
      throw new ControlError('ERR_CONTROL_UNAVAILABLE', 'the database does not answer', { cause })
    }
    return { status: 'ok' as const }
  }
}

async function answered(ping: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${readyMillis} ms`)), readyMillis)
  })
  try {
    await Promise.race([ping, silence])
  } finally {
    clearTimeout(timer)
  }
}
