import { Injectable } from '@nestjs/common'
import type { OfferedTool } from '@wardgate/gateway'
import type { Session } from '../sessions/session'
import { ToolPinsService } from '../tools/tool-pins.service'
import { DecisionService } from './decision.service'

/** Agents send no more of them in one message. */
const mostTools = 1_024

/** Which of the tools that a target lists a client may see. */
@Injectable()
export class ToolScreening {
  constructor(
    private readonly pins: ToolPinsService,
    private readonly decisions: DecisionService,
  ) {}

  /** Those that are as they were accepted, and whose call would not be denied; one that needs approval is shown. */
  async screen(session: Session, offered: readonly OfferedTool[]): Promise<readonly boolean[]> {
    const seen = {
      connectionId: session.target.connectionId,
      sessionId: session.id,
      agentId: session.agentId,
    }
    const accepted = await this.pins.review(seen, offered.slice(0, mostTools))
    const visible: boolean[] = []
    for (const [index, { name }] of offered.entries())
      visible.push(accepted[index] === true && (await this.mightCall(session, name)))
    return visible
  }

  /** Whatever the arguments: a rule that reads them decides when they are known. */
  private async mightCall(session: Session, name: string): Promise<boolean> {
    const operation = { kind: 'tool-call', method: 'tools/call', name, arguments: '{}' } as const
    const { outcome } = await this.decisions.decide(session, operation)
    return outcome.kind !== 'deny'
  }
}
