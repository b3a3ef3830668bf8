import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import type { TargetCredential } from '@wardgate/gateway'
import { v7 as uuid } from 'uuid'
import type { z } from 'zod'
import { AuditLog } from '../common/audit-port'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { Clock } from '../common/clock'
import { Database } from '../common/database/database'
import { EpochService } from '../common/epoch/epoch.service'
import { type PageQuery, toPage } from '../common/http/page'
import { SealService } from '../common/sealing/seal.service'
import { InvalidRequest } from '../common/http/invalid-request'
import { ConnectionsService } from '../connections/connections.service'
import { ProtocolDirectory } from '../connections/protocol-settings'
import { type CreateCredential, type CredentialKind, sealedCredential } from './credentials.dto'
import { type CredentialRecord, CredentialsRepository } from './credentials.repository'
import { kindsByStored } from './stored-kinds'

/** A credential in the clear; it lives as long as it takes to hand it to an agent. */
export interface OpenedCredential {
  readonly version: number
  readonly credential: TargetCredential
}

@Injectable()
export class CredentialService {
  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly connections: ConnectionsService,
    private readonly protocols: ProtocolDirectory,
    private readonly seals: SealService,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async list(connectionId: string, query: PageQuery) {
    await this.requireConnection(connectionId)
    const rows = await this.credentials.list(connectionId, query)
    return toPage(rows, query, (credential) => credential.id, toAnswer)
  }

  /** The next version; sessions that begin from now on use it, and the older ones are retired. */
  async create(by: IdentifiedPrincipal, connectionId: string, input: CreateCredential) {
    await this.requireUsable(connectionId, input.kind)
    const plaintext = Buffer.from(JSON.stringify(toSealed(input)))
    const created = await this.database.transaction(async (tx) => {
      const version = await this.credentials.nextVersion(tx, connectionId)
      if (version === undefined) throw noConnection(connectionId)
      const { kind } = input
      const username = nameIn(input)
      const sealed = await this.seals.seal(plaintext, associated(connectionId, version))
      const named = { id: uuid(), connectionId, kind, username, version }
      const credential = await this.credentials.create(tx, { ...named, ...sealed })
      await this.credentials.retireOlder(tx, connectionId, version, new Date(this.clock.now()))
      await this.epochs.bump(tx)
      await this.audit.append(tx, {
        kind: 'credential.created',
        principalId: by.id,
        body: { credential: named },
      })
      return credential
    })
    plaintext.fill(0)
    return toAnswer(created)
  }

  /** The credential in force. Undefined = the connection has none. */
  async openFor(connectionId: string): Promise<OpenedCredential | undefined> {
    const row = await this.credentials.findCurrent(connectionId)
    if (row === null) return undefined
    const opened = await this.seals.open(row, associated(connectionId, row.version))
    const text = Buffer.from(opened).toString('utf8')
    return { version: row.version, credential: sealedCredential.parse(JSON.parse(text)) }
  }

  /** A kind that the protocol cannot present would fail at every session instead of here. */
  private async requireUsable(id: string, kind: CredentialKind): Promise<void> {
    const connection = await this.connections.find(id)
    if (connection === null) throw noConnection(id)
    const protocol = this.protocols.all.find(({ name }) => name === connection.protocol)
    const usable = protocol?.capabilities.credentials ?? []
    if (usable.includes(kind)) return
    const message = `must be one of ${usable.join(', ')} for ${connection.protocol}`
    throw new InvalidRequest([{ path: 'kind', message }])
  }

  private async requireConnection(id: string): Promise<void> {
    if ((await this.connections.find(id)) === null) throw noConnection(id)
  }
}

function noConnection(id: string): RequestError {
  return new RequestError('ERR_REQUEST_NOT_FOUND', `there is no connection ${id}`)
}

function associated(connectionId: string, version: number): string {
  return `credential:${connectionId}:${version}`
}

function toSealed(input: CreateCredential): z.input<typeof sealedCredential> {
  switch (input.kind) {
    case 'password':
      return { kind: 'password', user: input.username, password: input.password }
    case 'certificate':
      return { kind: 'certificate', user: input.username, cert: input.cert, key: input.key }
    case 'none':
    case 'key-certificate':
      return { kind: input.kind, user: input.username }
    case 'private-key':
      return {
        kind: 'private-key',
        user: input.username,
        key: input.key,
        passphrase: input.passphrase,
      }
    case 'bearer':
    case 'api-key':
    case 'oauth-client':
    case 'aws':
      return input
  }
}

/** What an administrator knows the credential by; never the secret itself. */
function nameIn(input: CreateCredential): string {
  switch (input.kind) {
    case 'bearer':
      return ''
    case 'api-key':
      return input.name
    case 'oauth-client':
      return input.clientId
    case 'aws':
      return input.accessKeyId
    default:
      return input.username
  }
}

function toAnswer({ id, kind, username, version, createdAt, retiredAt }: CredentialRecord) {
  return {
    id,
    kind: kindsByStored[kind],
    username,
    version,
    createdAt: createdAt.toISOString(),
    retiredAt: retiredAt?.toISOString() ?? null,
  }
}
