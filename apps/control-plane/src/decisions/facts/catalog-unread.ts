import { PolicyError } from '@wardgate/errors'

/** No agent has reported the catalog yet. */
export class CatalogUnread extends PolicyError {
  readonly database: string

  constructor(connection: string, database: string) {
    const message = `the catalog of connection ${connection}, database ${database}, is still loading`
    super('ERR_POLICY_STALE', message, { retryable: true })
    this.database = database
  }
}
