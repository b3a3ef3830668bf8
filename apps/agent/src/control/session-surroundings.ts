import type { ClientDuplexStream } from '@grpc/grpc-js'
import type {
  CatalogCheckWanted,
  Estimate,
  SessionOpened,
  SessionRequest,
  SessionResponse,
} from '@wardgate/contract'
import type { Clock, Operation, SessionGrant } from '@wardgate/gateway'
import type { Spans } from '@wardgate/tracing'

export type SessionStream = ClientDuplexStream<SessionRequest, SessionResponse>

export interface SessionSurroundings {
  readonly clock: Clock
  /** Whether the agent's link to the control plane is up, whatever became of the session's own stream. */
  readonly isUp: () => boolean
  /** How long the session may live on its memo when the link is lost. */
  readonly graceMillis: () => number
  /** The control plane has answered the open, with a grant or with an objection. */
  readonly answered: (answer: SessionOpened | undefined, grant: SessionGrant | undefined) => void
  readonly ended: () => void
  /** The control plane has said its last word on the session; the stream is as good as new. */
  readonly released: (stream: SessionStream) => void
  readonly spans: Spans
  /** What the target expects of an operation; undefined = nobody knows. */
  readonly estimate: (connectionId: string, operation: Operation) => Promise<Estimate | undefined>
  /** Looks for what the stored catalog lacks. The digest of what there is by then; undefined = it cannot be read. */
  readonly checkCatalog: (
    connectionId: string,
    wanted: CatalogCheckWanted,
  ) => Promise<string | undefined>
}
