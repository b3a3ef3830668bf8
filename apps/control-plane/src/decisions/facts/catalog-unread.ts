import { PolicyError } from '@wardgate/errors'

/** No agent has reported the catalog yet. */
export class CatalogUnread extends PolicyError {
  readonly database: string

  constructor(connection: string, database: string) {
    const message = `the catalog of connection ${connection}, database ${database}, has not been read yet`
    super('ERR_POLICY_STALE', message, {
      retryable: true,
      nextStep: 'Send the operation again. When it stays so, the log of the agent says why.',
    })
    this.database = database
  }
}
