import { createPrivateKey } from 'node:crypto'
import type { AgentServiceClient, CertifyHostKeyResponse } from '@wardgate/contract'
import type { Clock } from '@wardgate/gateway'
import type { Logger as Log } from '@wardgate/logger'
import { publicBlobOf, readCertificate } from '@wardgate/wire/openssh'
import { ask } from '../control/unary-call'

/** Share of a certificate's life after which another is asked for. */
const renewalShare = 1 / 2
const checkMillis = 30_000
const answerMillis = 10_000

interface Kept {
  readonly bytes: Uint8Array
  readonly renewAt: number
  readonly validBefore: number
}

export interface CertifiedHostKeyOptions {
  /** Private, PEM. */
  readonly hostKey: string
  readonly clock: Clock
  readonly log: Log
  readonly client: () => AgentServiceClient
}

/** What the control plane says of the agent's host key, asked for again well before it ends. */
export class CertifiedHostKey {
  readonly hostKey: string
  readonly #options: CertifiedHostKeyOptions
  readonly #publicKey: Buffer
  #kept: Kept | undefined
  #isAsking = false
  #hasFailed = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: CertifiedHostKeyOptions) {
    this.hostKey = options.hostKey
    this.#options = options
    this.#publicKey = publicBlobOf(createPrivateKey(options.hostKey))
  }

  /** Undefined = there is none that counts now: clients are shown the bare key. */
  get certificate(): Uint8Array | undefined {
    const kept = this.#kept
    return kept !== undefined && this.#options.clock.now() < kept.validBefore
      ? kept.bytes
      : undefined
  }

  /** From when the control plane can be asked. */
  start(): void {
    this.#timer ??= setInterval(() => void this.refresh(), checkMillis).unref()
    void this.refresh()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async refresh(): Promise<void> {
    const { clock, log } = this.#options
    if (this.#isAsking || clock.now() < (this.#kept?.renewAt ?? 0)) return
    this.#isAsking = true
    try {
      const bytes = await this.#ask()
      const { validAfter, validBefore } = readCertificate(bytes)
      const [from, to] = [Number(validAfter) * 1000, Number(validBefore) * 1000]
      this.#kept = { bytes, renewAt: from + (to - from) * renewalShare, validBefore: to }
      this.#hasFailed = false
      log.info({ validBefore: new Date(to).toISOString() }, 'host key certified')
    } catch (error) {
      // Said once: a control plane of an earlier version certifies none, however often it is asked.
      log[this.#hasFailed ? 'debug' : 'warn']({ err: error }, 'host key not certified')
      this.#hasFailed = true
    } finally {
      this.#isAsking = false
    }
  }

  async #ask(): Promise<Uint8Array> {
    const request = { publicKey: this.#publicKey }
    const client = this.#options.client()
    const { certificate } = await ask<CertifyHostKeyResponse>(answerMillis, (...how) =>
      client.certifyHostKey(request, ...how),
    )
    return certificate
  }
}
