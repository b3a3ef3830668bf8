import { Injectable } from '@nestjs/common'
import { AuthError, RequestError } from '@wardgate/errors'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../../common/audit-port'
import { authorizeOwnOr, type Identity } from '../../common/auth/identity'
import { Clock } from '../../common/clock'
import { Database } from '../../common/database/database'
import { InvalidRequest } from '../../common/http/invalid-request'
import { toPage } from '../../common/http/page'
import { Revocations } from '../revocations'
import type { KeyQuery, NewKey } from './keys.dto'
import { type KeyRecord, KeysRepository } from './keys.repository'
import { readPublicKeyLine } from '@wardgate/wire/openssh'

const mostKeys = 50

/** Public keys that stand for a principal. Nobody can add one for somebody else: it would be a way to act as them. */
@Injectable()
export class KeysService {
  constructor(
    private readonly keys: KeysRepository,
    private readonly database: Database,
    private readonly revocations: Revocations,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async list(by: Identity, principalId: string, query: KeyQuery) {
    authorizeOwnOr(by, principalId, 'principals:read')
    const rows = await this.keys.list(principalId, query)
    return toPage(rows, query, ({ id }) => id, toAnswer)
  }

  async add(by: Identity, principalId: string, input: NewKey) {
    if (by.principal.id !== principalId)
      throw new AuthError('ERR_AUTH_FORBIDDEN', 'only a principal itself can register its keys')
    const key = readPublicKeyLine(input.publicKey)
    if (key === undefined)
      throw new InvalidRequest([{ path: 'publicKey', message: 'is no key that is accepted' }])
    const now = this.clock.now()
    const added = await this.database.transaction(async (tx) => {
      await this.keys.dropExpired(tx, new Date(now))
      if ((await this.keys.count(tx, principalId)) >= mostKeys)
        throw new RequestError('ERR_REQUEST_CONFLICT', `a principal has at most ${mostKeys} keys`)
      const record = await this.keys.create(tx, {
        id: uuid(),
        principalId,
        fingerprint: key.fingerprint,
        name: input.name,
        publicKey: key.text,
        createdBy: by.principal.id,
        expiresAt: new Date(now + input.expiresInSeconds * 1000),
      })
      if (record === null)
        throw new RequestError('ERR_REQUEST_CONFLICT', 'this key is registered already')
      const body = { key: audited(record), expiresAt: record.expiresAt.toISOString() }
      await this.audit.append(tx, {
        kind: 'principal.key-added',
        principalId: by.principal.id,
        body,
      })
      return record
    })
    return toAnswer(added)
  }

  revoke(by: Identity, principalId: string, id: string): Promise<void> {
    authorizeOwnOr(by, principalId, 'principals:write')
    return this.revocations.revoke(by, {
      name: `key ${id}`,
      take: (tx) => this.keys.delete(tx, principalId, id),
      entry: (key) => ({
        kind: 'principal.key-revoked',
        body: { key: audited(key), principal: principalId },
      }),
    })
  }
}

function audited({ id, fingerprint, name }: KeyRecord) {
  return { id, fingerprint, name }
}

function toAnswer(key: KeyRecord) {
  return {
    ...key,
    expiresAt: key.expiresAt.toISOString(),
    createdAt: key.createdAt.toISOString(),
  }
}
