import type { AgentServiceClient, RenewResponse } from '@wardgate/contract'
import type { Clock } from '@wardgate/gateway'
import type { Logger as Log } from '@wardgate/logger'
import { ask } from '../control/unary-call'
import { createCertificateRequest } from './certificate-request'
import { type Identity, lifeOf } from './identity'

export interface RenewalOptions {
  readonly clock: Clock
  readonly log: Log
  readonly client: () => AgentServiceClient
  /** Stores the identity and attaches with it. */
  readonly renewed: (identity: Identity) => void
}

/** Share of the certificate's life after which it is renewed. */
const renewalShare = 2 / 3
const retryShare = 1 / 30
const minimumRetryMillis = 1000
/** For the control plane to issue one. */
const answerMillis = 15_000
const nextStep =
  'Check the clock. If it is right, remove identity.json from the state directory, keep the rest of it, and start the agent with a new join token for the same name.'
const maximumTimerMillis = 2 ** 31 - 1

/** Renews the agent's certificate, with a new key each time, well before it ends. */
export class Renewal {
  readonly #options: RenewalOptions
  #identity: Identity
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: RenewalOptions, identity: Identity) {
    this.#options = options
    this.#identity = identity
  }

  start(): void {
    const { notBefore, notAfter } = lifeOf(this.#identity)
    this.#wait(notBefore + (notAfter - notBefore) * renewalShare - this.#options.clock.now())
  }

  /** By this machine's clock: then no control plane accepts it, and it cannot be renewed either. */
  get hasExpired(): boolean {
    return lifeOf(this.#identity).notAfter <= this.#options.clock.now()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #wait(millis: number): void {
    if (this.#isStopped) return
    const part = Math.min(Math.max(0, millis), maximumTimerMillis)
    this.#timer = setTimeout(() => {
      if (millis > part) this.#wait(millis - part)
      else void this.#renew()
    }, part).unref()
  }

  async #renew(): Promise<void> {
    try {
      const { request, key } = await createCertificateRequest(this.#identity.name)
      const { certificateChain, authority } = await this.#call(request)
      const identity = {
        ...this.#identity,
        key,
        chain: certificateChain,
        // Told over a channel that the present authority vouches for; this is how authorities change.
        authority: authority === '' ? this.#identity.authority : authority,
      }
      lifeOf(identity)
      if (this.#isStopped) return
      this.#options.renewed(identity)
      this.#identity = identity
      this.#options.log.info({}, 'certificate renewed')
      this.start()
    } catch (error) {
      if (this.hasExpired) this.#options.log.error({ err: error, nextStep }, 'certificate expired')
      else this.#options.log.warn({ err: error }, 'certificate not renewed')
      const { notBefore, notAfter } = lifeOf(this.#identity)
      this.#wait(Math.max(minimumRetryMillis, (notAfter - notBefore) * retryShare))
    }
  }

  #call(certificateRequest: Buffer): Promise<RenewResponse> {
    return ask(answerMillis, (...how) =>
      this.#options.client().renew({ certificateRequest }, ...how),
    )
  }
}
