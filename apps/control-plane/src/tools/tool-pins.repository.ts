import { Injectable } from '@nestjs/common'
import type { JsonValue } from '../common/audit-port'
import { Database } from '../common/database/database'
import { lockName } from '../common/database/lock-name'
import type { Transaction } from '../common/database/transaction'
import { type AbsentRow, type SealedRow, SealedRows } from '../common/sealing/sealed-rows'
import { Prisma, type ToolPin as Row } from '../generated/prisma/client'
import type { ToolDefinition } from './tool-definition'
import type { ToolPin } from './tool-pin'

@Injectable()
export class ToolPinsRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  /** By name. */
  async list(connectionId: string, tx?: Transaction): Promise<ToolPin[]> {
    const rows = await this.sealed.read(
      () => pinsOf(connectionId, tx ?? this.database.prisma),
      (found) => [sealedPins(connectionId, found)],
      { tx },
    )
    return rows.map(toPin)
  }

  /** After pins were changed. */
  async keep(tx: Transaction, connectionId: string): Promise<void> {
    const pins = sealedPins(connectionId, await pinsOf(connectionId, tx))
    if (pins.fields !== undefined) await this.sealed.keep(tx, pins)
  }

  async resealAll(tx: Transaction): Promise<number> {
    const pinned = await tx.toolPin.groupBy({ by: ['connectionId'] })
    for (const { connectionId } of pinned) await this.keep(tx, connectionId)
    return pinned.length
  }

  async page(connectionId: string, after: string | undefined, limit: number): Promise<ToolPin[]> {
    const all = await this.list(connectionId)
    const first = after === undefined ? 0 : all.findIndex(({ name }) => name === after) + 1
    return all.slice(first, first + limit)
  }

  async find(tx: Transaction, connectionId: string, name: string): Promise<ToolPin | undefined> {
    return (await this.list(connectionId, tx)).find((pin) => pin.name === name)
  }

  /** Agents that see the same list at the same time come one after the other. */
  lock(tx: Transaction, connectionId: string): Promise<void> {
    return lockName(tx, `tools:${connectionId}`)
  }

  async pin(tx: Transaction, connectionId: string, tools: readonly ToolDefinition[]) {
    const data = tools.map(({ name, digest, definition }) => ({
      connectionId,
      name,
      digest,
      definition: definition as Prisma.InputJsonValue,
    }))
    await tx.toolPin.createMany({ data })
  }

  async quarantine(tx: Transaction, connectionId: string, tool: ToolDefinition): Promise<void> {
    await tx.toolPin.update({
      where: { connectionId_name: { connectionId, name: tool.name } },
      data: {
        offeredDigest: tool.digest,
        offeredDefinition: tool.definition as Prisma.InputJsonValue,
        offeredAt: new Date(),
      },
    })
  }

  async accept(tx: Transaction, pin: ToolPin, digest: string, principalId: string) {
    const { connectionId, name, offered } = pin
    const taken = offered?.digest === digest ? offered : pin
    const row = await tx.toolPin.update({
      where: { connectionId_name: { connectionId, name } },
      data: {
        digest: taken.digest,
        definition: taken.definition as Prisma.InputJsonValue,
        acceptedBy: principalId,
        acceptedAt: new Date(),
        offeredDigest: null,
        offeredDefinition: Prisma.DbNull,
        offeredAt: null,
      },
    })
    await this.keep(tx, connectionId)
    return toPin(row)
  }
}

function pinsOf(connectionId: string, tx: Transaction) {
  return tx.toolPin.findMany({ where: { connectionId }, orderBy: { name: 'asc' } })
}

/** All of a connection: one that vanished would be pinned anew, as whatever it has become. */
function sealedPins(connectionId: string, rows: readonly Row[]): SealedRow | AbsentRow {
  const set = { kind: 'tool-pins', id: connectionId } as const
  if (rows.length === 0) return { ...set, fields: undefined }
  const pins = rows.map(({ name, digest, definition, offeredDigest, offeredDefinition }) => {
    const offered = { offeredDigest, offeredDefinition: offeredDefinition as JsonValue }
    return { name, digest, definition: definition as JsonValue, ...offered }
  })
  // The order of names depends on the database's collation.
  pins.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { ...set, fields: { pins } }
}

function toPin(row: Row): ToolPin {
  const { connectionId, name, digest, definition, acceptedBy, acceptedAt } = row
  const { offeredDigest, offeredDefinition, offeredAt } = row
  const offered =
    offeredDigest === null || offeredAt === null
      ? null
      : { digest: offeredDigest, definition: offeredDefinition as JsonValue, at: offeredAt }
  return {
    connectionId,
    name,
    digest,
    definition,
    acceptedBy,
    acceptedAt,
    offered,
  }
}
