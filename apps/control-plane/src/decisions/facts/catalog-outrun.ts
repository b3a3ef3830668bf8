import { PolicyError } from '@wardgate/errors'

/** The session has changed the schema since the catalog was read, and its transaction has ended: the target knows better. */
export class CatalogOutrun extends PolicyError {
  readonly database: string

  constructor(database: string) {
    const message = 'the catalog is older than what this session has changed'
    super('ERR_POLICY_STALE', message, { retryable: true, nextStep: 'Send the operation again.' })
    this.database = database
  }
}
