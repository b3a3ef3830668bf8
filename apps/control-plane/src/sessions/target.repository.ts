import { Injectable } from '@nestjs/common'
import { sealedAssignment } from '../agents/sealed-agent'
import { Database } from '../common/database/database'
import { SealedRows } from '../common/sealing/sealed-rows'
import { sealedConnection } from '../connections/sealed-connection'

@Injectable()
export class TargetRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  async find(where: { name: string } | { id: string }) {
    return this.sealed.read(
      () => this.database.prisma.connection.findUnique({ where, include: { agents: true } }),
      (row) => (row === null ? [] : [sealedConnection(row), ...row.agents.map(sealedAssignment)]),
    )
  }

  async namesServedBy(agentId: string): Promise<readonly string[]> {
    const rows = await this.database.prisma.agentConnection.findMany({
      where: { agentId, connection: { enabled: true } },
      select: { connection: { select: { name: true } } },
      orderBy: { connectionId: 'asc' },
    })
    return rows.map(({ connection }) => connection.name)
  }
}
