import type { CatalogCheckWanted, SessionRequest } from '@wardgate/contract'
import type { Operation } from '@wardgate/gateway'
import type { SessionSurroundings } from './session-surroundings'

interface Asked {
  readonly connectionId: () => string
  readonly operation: (operationId: string) => Operation | undefined
  /** Nothing is sent when the session is over. */
  readonly send: (message: NonNullable<SessionRequest['message']>) => void
}

/** What the control plane asks the agent while it judges an operation. */
export class SessionAnswers {
  readonly #surroundings: Pick<SessionSurroundings, 'estimate' | 'checkCatalog'>
  readonly #asked: Asked

  constructor(surroundings: Pick<SessionSurroundings, 'estimate' | 'checkCatalog'>, asked: Asked) {
    this.#surroundings = surroundings
    this.#asked = asked
  }

  async estimate(operationId: string): Promise<void> {
    const { operation: find, connectionId, send } = this.#asked
    const operation = find(operationId)
    const estimate =
      operation === undefined
        ? undefined
        : await this.#surroundings.estimate(connectionId(), operation)
    send({ $case: 'estimated', value: { operationId, estimate } })
  }

  async checkCatalog(wanted: CatalogCheckWanted): Promise<void> {
    const { connectionId, send } = this.#asked
    const digest = await this.#surroundings.checkCatalog(connectionId(), wanted)
    const { operationId } = wanted
    send({ $case: 'catalogChecked', value: { operationId, digest: digest ?? '' } })
  }
}
