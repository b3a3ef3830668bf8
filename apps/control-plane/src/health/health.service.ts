import { Injectable } from '@nestjs/common'
import { ControlError } from '@wardgate/errors'
import { Database } from '../common/database/database'

@Injectable()
export class HealthService {
  constructor(private readonly database: Database) {}

  live() {
    return { status: 'ok' as const }
  }

  /** Migrations were applied before the port was opened, so the database alone is asked. */
  async ready() {
    try {
      await this.database.ping()
    } catch (cause) {
      throw new ControlError('ERR_CONTROL_UNAVAILABLE', 'the database does not answer', { cause })
    }
    return { status: 'ok' as const }
  }
}
