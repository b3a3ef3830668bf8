import { Injectable } from '@nestjs/common'
import type {
  LeaseRowsRequest,
  LeaseRowsResponse,
  ReturnRowsRequest,
  ReturnRowsResponse,
  RowBudget,
} from '@wardgate/contract'
import { AttachmentService } from '../agents/attachment.service'
import { RowBudgets } from '../row-budgets/row-budgets.service'
import { malformed, requireId } from './wire/malformed'

const lastMinute = 2 ** 31 - 1

/** Leases of rows to an agent, for the connections that it serves. */
@Injectable()
export class RowLeases {
  constructor(
    private readonly budgets: RowBudgets,
    private readonly attachments: AttachmentService,
  ) {}

  async lease(agentId: string, { budget }: LeaseRowsRequest): Promise<LeaseRowsResponse> {
    const { counted, limit } = await this.admit(agentId, budget)
    const { rows, minute, seconds } = await this.budgets.lease(counted, limit)
    return { lease: { rows: BigInt(rows), minute: BigInt(minute) }, seconds }
  }

  async giveBack(
    agentId: string,
    { budget, lease }: ReturnRowsRequest,
  ): Promise<ReturnRowsResponse> {
    const { counted, limit } = await this.admit(agentId, budget)
    if (lease === undefined || lease.rows > BigInt(limit) || lease.minute > lastMinute)
      throw malformed('rows back that it cannot have')
    await this.budgets.giveBack(counted, Number(lease.minute), lease.rows)
    return {}
  }

  private async admit(agentId: string, budget: RowBudget | undefined) {
    if (budget === undefined) throw malformed('a lease without its budget')
    const counted = {
      principalId: requireId(budget.principalId, 'principal id'),
      connectionId: requireId(budget.connectionId, 'connection id'),
    }
    const limit = Number(budget.limit)
    if (!Number.isSafeInteger(limit) || limit < 1) throw malformed('a limit of rows that is none')
    await this.attachments.requireServes(agentId, counted.connectionId)
    return { counted, limit }
  }
}
