import { Injectable } from '@nestjs/common'
import type {
  CommandOperation,
  FileOperation,
  ForwardOperation,
  MessageOperation,
  Operation,
  ReplicationOperation,
  RequestOperation,
} from '@wardgate/gateway'
import type { DecisionSession } from '../decision-session'
import { FunctionCallReader } from './function-call-reader'
import type { OperationReader, Reading } from './reading'
import { replicationReading } from './replication'
import { messageReading, requestReading } from './request'
import { commandReading, fileReading, forwardReading } from './shell'
import { StatelessReader } from './stateless-reader'
import { StatementReader } from './statement-reader'
import { ToolCallReader } from './tool-call-reader'

/** One reader for each kind of operation. */
type Readers = {
  readonly [K in Operation['kind']]: OperationReader<Extract<Operation, { readonly kind: K }>>
}

@Injectable()
export class OperationReaders {
  private readonly readers: Readers

  constructor(
    statements: StatementReader,
    functionCalls: FunctionCallReader,
    toolCalls: ToolCallReader,
  ) {
    this.readers = {
      statement: statements,
      'function-call': functionCalls,
      replication: new StatelessReader<ReplicationOperation>(replicationReading),
      request: new StatelessReader<RequestOperation>(requestReading),
      message: new StatelessReader<MessageOperation>(messageReading),
      'tool-call': toolCalls,
      command: new StatelessReader<CommandOperation>(commandReading),
      file: new StatelessReader<FileOperation>(fileReading),
      forward: new StatelessReader<ForwardOperation>(forwardReading),
    }
  }

  read(session: DecisionSession, operation: Operation): Promise<Reading> {
    const reader: OperationReader<never> = this.readers[operation.kind]
    return reader.read(session, operation as never)
  }
}
