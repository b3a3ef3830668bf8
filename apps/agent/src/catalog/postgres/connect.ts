import { TargetError } from '@wardgate/errors'
import { type TargetEndpoint, targetTlsOptions, userOf } from '@wardgate/gateway'
import { Client, type ClientConfig } from 'pg'
import type { Access } from '../../control/grant'

const connectMillis = 10_000
/** Reading 50,000 tables takes about two seconds. */
const statementMillis = 120_000
const lockMillis = 10_000

/** A system session at the first endpoint that answers. The caller ends it. */
export async function connectSystem(
  access: Access,
  database: string,
  signal: AbortSignal,
): Promise<Client> {
  let failure: unknown = new TargetError('ERR_TARGET_UNREACHABLE', 'the connection has no endpoint')
  for (const endpoint of access.endpoints) {
    signal.throwIfAborted()
    const client = new Client(configOf(access, database, endpoint))
    // Without a listener a lost connection would end the process; the query that runs fails as well.
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch (error) {
      failure = error
      await client.end().catch(() => undefined)
    }
  }
  throw asTargetError(failure)
}

function configOf(access: Access, database: string, endpoint: TargetEndpoint): ClientConfig {
  const { credential, tls } = access
  return {
    ...endpoint,
    database,
    user: userOf(credential),
    ...(credential.kind === 'password' ? { password: credential.password } : {}),
    ssl: tls.mode === 'disable' ? false : targetTlsOptions(access, endpoint),
    application_name: 'wardgate-agent',
    connectionTimeoutMillis: connectMillis,
    statement_timeout: statementMillis,
    lock_timeout: lockMillis,
  }
}

/** SQLSTATE class 28: invalid authorization specification. */
const refusedCredential = /^28/
/** SQLSTATE 3D000: invalid catalog name. */
const noDatabase = '3D000'

function asTargetError(cause: unknown): TargetError {
  if (cause instanceof TargetError) return cause
  if (refusedCredential.test(codeOf(cause))) {
    const message = 'the target refused the credential of the system session'
    return new TargetError('ERR_TARGET_REFUSED_CREDENTIAL', message, { cause })
  }
  if (codeOf(cause) === noDatabase) {
    const message = 'the target has no such database'
    return new TargetError('ERR_TARGET_UNREACHABLE', message, { cause, retryable: false })
  }
  return new TargetError('ERR_TARGET_UNREACHABLE', 'the system session failed', { cause })
}

function codeOf(cause: unknown): string {
  const hasCode = typeof cause === 'object' && cause !== null && 'code' in cause
  return hasCode ? String(cause.code) : ''
}
