import { Injectable } from '@nestjs/common'
import { PolicyError } from '@wardgate/errors'
import type { ToolCallOperation } from '@wardgate/gateway'
import { ToolPinsService } from '../../tools/tool-pins.service'
import type { DecisionSession } from '../decision-session'
import type { OperationReader, Reading } from './reading'
import { toolCallReading } from './request'
import { StatelessReader } from './stateless-reader'

@Injectable()
export class ToolCallReader implements OperationReader<ToolCallOperation> {
  private readonly reader = new StatelessReader<ToolCallOperation>(toolCallReading)

  constructor(private readonly pins: ToolPinsService) {}

  /** A model that read what a tool was must not call what it has become. */
  async read(session: DecisionSession, operation: ToolCallOperation): Promise<Reading> {
    const { method, name } = operation
    const { connectionId } = session.target
    if (method === 'tools/call' && (await this.pins.isQuarantined(connectionId, name)))
      throw new PolicyError(
        'ERR_POLICY_DENIED',
        `the definition of tool ${name} has changed since it was accepted: an administrator has to accept it`,
      )
    return this.reader.read(session, operation)
  }
}
