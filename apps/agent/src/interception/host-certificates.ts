import { X509Certificate } from 'node:crypto'
import type { AgentServiceClient, IssueHostCertificateResponse } from '@wardgate/contract'
import { AuthError, ControlError, type GatewayError } from '@wardgate/errors'
import type { Clock, ServerCertificate } from '@wardgate/gateway'
import { type ServiceError, status } from '@grpc/grpc-js'
import { ask } from '../control/unary-call'
import { createCertificateRequest } from '../enrolment/certificate-request'

const mostHosts = 1_000
/** Share of a certificate's life after which another is asked for. */
const renewalShare = 2 / 3
const answerMillis = 10_000

interface Kept extends ServerCertificate {
  readonly renewAt: number
}

export interface HostCertificatesOptions {
  readonly clock: Clock
  readonly client: () => AgentServiceClient
}

/** Certificates of hosts that this agent stands for. Keys are its own and stay in memory. */
export class HostCertificates {
  readonly #options: HostCertificatesOptions
  readonly #kept = new Map<string, Promise<Kept>>()

  constructor(options: HostCertificatesOptions) {
    this.#options = options
  }

  async get(host: string): Promise<ServerCertificate> {
    const kept = await this.#kept.get(host)
    if (kept !== undefined && kept.renewAt > this.#options.clock.now()) return kept
    return this.#ask(host)
  }

  #ask(host: string): Promise<Kept> {
    const asking = this.#issue(host)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size >= mostHosts && oldest !== undefined) this.#kept.delete(oldest)
    this.#kept.set(host, asking)
    asking.catch(() => this.#kept.delete(host))
    return asking
  }

  async #issue(host: string): Promise<Kept> {
    const { request, key } = await createCertificateRequest(host)
    const cert = await this.#call(host, request)
    const { validFrom, validTo } = new X509Certificate(cert)
    const [from, to] = [Date.parse(validFrom), Date.parse(validTo)]
    return { key, cert, renewAt: from + (to - from) * renewalShare }
  }

  async #call(host: string, certificateRequest: Buffer): Promise<string> {
    const client = this.#options.client()
    const { certificateChain } = await ask<IssueHostCertificateResponse>(
      answerMillis,
      (...how) => client.issueHostCertificate({ host, certificateRequest }, ...how),
      refusalOf,
    )
    return certificateChain
  }
}

function refusalOf(cause: ServiceError): GatewayError {
  if (cause.code === status.PERMISSION_DENIED)
    return new AuthError('ERR_AUTH_FORBIDDEN', cause.details, { cause })
  const message = 'the control plane issued no certificate for the host'
  return new ControlError('ERR_CONTROL_UNAVAILABLE', message, { cause })
}
