import type { SessionRequest, ToolsScreened } from '@wardgate/contract'
import { ControlError } from '@wardgate/errors'
import type { OfferedTool } from '@wardgate/gateway'
import { errorFromRefused } from './refusal'
import { contractViolation } from './violation'

/** Lists of one session that wait for their answers; each client request holds one. */
const maximumWaiting = 256

interface Waiting {
  readonly count: number
  resolve(visible: readonly boolean[]): void
  reject(error: Error): void
}

/** Questions of one session about the tools that its target lists. */
export class Screenings {
  readonly #send: (message: NonNullable<SessionRequest['message']>) => void
  readonly #waiting = new Map<number, Waiting>()
  #last = 0

  constructor(send: (message: NonNullable<SessionRequest['message']>) => void) {
    this.#send = send
  }

  ask(tools: readonly OfferedTool[]): Promise<readonly boolean[]> {
    if (this.#waiting.size >= maximumWaiting) {
      const message = 'too many lists of tools wait for an answer'
      return Promise.reject(new ControlError('ERR_CONTROL_UNAVAILABLE', message))
    }
    const id = (this.#last += 1)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { count: tools.length, resolve, reject })
      const value = { id, tools: tools.map((tool) => ({ ...tool })) }
      this.#send({ $case: 'screenTools', value })
    })
  }

  answered({ id, visible, refused }: ToolsScreened): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) throw contractViolation('an answer about tools to no question')
    this.#waiting.delete(id)
    if (refused !== undefined) waiting.reject(errorFromRefused(refused))
    else if (visible.length === waiting.count) waiting.resolve(visible)
    else waiting.reject(contractViolation('an answer about other tools'))
  }

  fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }
}
