import type { SessionRequest } from '@wardgate/contract'
import type { KnownAgent } from '../agents/agent-gate.service'
import { SessionConversation, type SessionServices, type SessionWire } from './session-conversation'

type StreamWire = Omit<SessionWire, 'closed'>

/** One Session stream: its sessions, one after the other. */
export class SessionStream {
  private current: SessionConversation
  private isStopping = false

  constructor(
    private readonly services: SessionServices,
    private readonly agent: KnownAgent,
    private readonly wire: StreamWire,
  ) {
    this.current = this.next()
  }

  receive(request: SessionRequest): void {
    this.current.receive(request)
  }

  ended(): void {
    this.current.ended()
  }

  stopping(): void {
    this.isStopping = true
    this.current.stopping()
  }

  /** Whatever a closed session still has in hand is told to nobody: the stream is not its own any more. */
  private next(): SessionConversation {
    let isOver = false
    const conversation = new SessionConversation(this.services, this.agent, {
      send: (message) => {
        if (!isOver) this.wire.send(message)
      },
      fail: (error) => {
        if (!isOver) this.wire.fail(error)
      },
      end: () => {
        if (!isOver) this.wire.end()
      },
      closed: () => {
        isOver = true
        this.current = this.next()
        if (this.isStopping) this.current.stopping()
        this.wire.send({ $case: 'closed', value: {} })
      },
    })
    return conversation
  }
}
