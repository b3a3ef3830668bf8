import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { Database } from '../common/database/database'
import { orConflict } from '../common/database/prisma-errors'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import { matchesPattern } from '../common/name-pattern'
import { SealedRows } from '../common/sealing/sealed-rows'
import type { Connection as Row, Prisma } from '../generated/prisma/client'
import type { Connection } from './connection'
import { type CreateConnection, stored, type UpdateConnection } from './connections.dto'
import { sealedConnection } from './sealed-connection'

export interface ConnectionFilter {
  readonly name?: string | undefined
  readonly protocol?: string | undefined
  readonly enabled?: boolean | undefined
}

const settingsSchema = z.record(z.string(), z.unknown())
const fsync = z.enum(['before-forward', 'batched'])
const recording = z.enum(['full', 'statements', 'off'])

@Injectable()
export class ConnectionsRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  /** Only those whose name fits one of the patterns. */
  async list(
    query: PageQuery,
    filter: ConnectionFilter,
    visible: 'all' | readonly string[],
  ): Promise<Connection[]> {
    const page = newestFirst(query)
    const names = visible === 'all' ? undefined : await this.namesMatching(visible)
    const where: Prisma.ConnectionWhereInput = {
      AND: [
        page.where ?? {},
        names === undefined ? {} : { name: { in: names } },
        filter.name === undefined ? {} : { name: filter.name },
        filter.protocol === undefined ? {} : { protocol: filter.protocol },
        filter.enabled === undefined ? {} : { enabled: filter.enabled },
      ],
    }
    return (await this.database.prisma.connection.findMany({ ...page, where })).map(toConnection)
  }

  async find(id: string): Promise<Connection | null> {
    return this.read({ id })
  }

  async findByName(name: string): Promise<Connection | null> {
    return this.read({ name })
  }

  async create(tx: Transaction, id: string, fields: CreateConnection): Promise<Connection> {
    const data = { id, ...fields, ...toJsonColumns(fields) } as Prisma.ConnectionCreateInput
    const created = tx.connection.create({ data })
    return this.keep(tx, await orConflict(`connection ${fields.name}`, created))
  }

  /** Null = there is none of this version. */
  async update(
    tx: Transaction,
    id: string,
    version: number,
    fields: Partial<UpdateConnection>,
  ): Promise<Connection | null> {
    const changes = {
      ...fields,
      ...toJsonColumns(fields),
    } as Prisma.ConnectionUpdateManyMutationInput
    const data = { ...changes, version: { increment: 1 } }
    const changed = tx.connection.updateManyAndReturn({ where: { id, version }, data })
    const [row] = await orConflict('a connection of this name', changed)
    return row === undefined ? null : this.keep(tx, row)
  }

  async delete(tx: Transaction, id: string, version: number): Promise<boolean> {
    const { count } = await tx.connection.deleteMany({ where: { id, version } })
    if (count === 1) this.sealed.drop(tx, 'connection', id)
    return count === 1
  }

  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.connection.findMany()
    return this.sealed.keepAll(tx, all.map(sealedConnection))
  }

  private async read(where: { id: string } | { name: string }): Promise<Connection | null> {
    const row = await this.sealed.readOne(
      () => this.database.prisma.connection.findUnique({ where }),
      sealedConnection,
    )
    return row === null ? null : toConnection(row)
  }

  private async keep(tx: Transaction, row: Row): Promise<Connection> {
    await this.sealed.keep(tx, sealedConnection(row))
    return toConnection(row)
  }

  private async namesMatching(patterns: readonly string[]): Promise<string[]> {
    const rows = await this.database.prisma.connection.findMany({ select: { name: true } })
    const names = rows.map(({ name }) => name)
    return names.filter((name) => patterns.some((pattern) => matchesPattern(pattern, name)))
  }
}

function toJsonColumns(fields: Partial<UpdateConnection>) {
  const { endpoints, tls, settings, limits, labels } = fields
  const columns = { endpoints, tls, settings, limits, labels }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

function toConnection(row: Row): Connection {
  const { ca, mode, serverName } = stored.tls.parse(row.tls)
  return {
    ...row,
    endpoints: stored.endpoints.parse(row.endpoints),
    tls: {
      mode,
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { serverName }),
    },
    settings: settingsSchema.parse(row.settings),
    limits: stored.limits.parse(row.limits),
    labels: stored.labels.parse(row.labels),
    fsync: fsync.parse(row.fsync),
    recording: recording.parse(row.recording),
  }
}
