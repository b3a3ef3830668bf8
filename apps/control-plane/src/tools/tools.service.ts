import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { z } from 'zod'
import { AuditLog } from '../common/audit-port'
import { authorize, type Identity } from '../common/auth/identity'
import { Database } from '../common/database/database'
import { EpochService } from '../common/epoch/epoch.service'
import { afterKey, type PageQuery, toPage } from '../common/http/page'
import { StaleVersion } from '../common/http/precondition'
import { ConnectionsService } from '../connections/connections.service'
import { isQuarantined, type ToolPin } from './tool-pin'
import { ToolPinsRepository } from './tool-pins.repository'
import type { AcceptTool } from './tools.dto'

const nameKey = z.string().max(200)

/** The tools of a connection for the people who administer it. */
@Injectable()
export class ToolsService {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly pins: ToolPinsRepository,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
  ) {}

  async list(identity: Identity, connectionId: string, query: PageQuery) {
    await this.connections.get(identity, connectionId)
    const after = afterKey(query, nameKey)
    const rows = await this.pins.page(connectionId, after, query.limit + 1)
    return toPage(rows, query, ({ name }) => name, toAnswer)
  }

  /** Takes what the tool was or what it has become, by its digest: nobody accepts what they have not seen. */
  async accept(identity: Identity, connectionId: string, { name, digest }: AcceptTool) {
    const connection = await this.connections.get(identity, connectionId)
    authorize(identity, 'tools:accept', connection.name)
    const { principal } = identity
    const accepted = await this.database.transaction(async (tx) => {
      await this.pins.lock(tx, connectionId)
      const pin = await this.pins.find(tx, connectionId, name)
      if (pin === undefined)
        throw new RequestError('ERR_REQUEST_NOT_FOUND', `there is no tool ${name}`)
      if (pin.digest !== digest && pin.offered?.digest !== digest)
        throw new StaleVersion('the tool')
      const taken = await this.pins.accept(tx, pin, digest, principal.id)
      await this.epochs.bump(tx)
      const body = { connectionId, name, former: pin.digest, accepted: digest }
      await this.audit.append(tx, { kind: 'tool.accepted', principalId: principal.id, body })
      return taken
    })
    return toAnswer(accepted)
  }
}

function toAnswer(pin: ToolPin) {
  const { name, digest, definition, acceptedBy, acceptedAt, offered } = pin
  return {
    name,
    state: isQuarantined(pin) ? 'quarantined' : 'accepted',
    digest,
    definition,
    acceptedBy,
    acceptedAt: acceptedAt.toISOString(),
    offered:
      offered === null
        ? null
        : {
            digest: offered.digest,
            definition: offered.definition,
            offeredAt: offered.at.toISOString(),
          },
  }
}
