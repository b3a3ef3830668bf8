import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'

@Injectable()
export class TargetRepository {
  constructor(private readonly database: Database) {}

  async find(where: { name: string } | { id: string }) {
    return this.database.prisma.connection.findUnique({
      where,
      include: { agents: { select: { agentId: true } } },
    })
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
