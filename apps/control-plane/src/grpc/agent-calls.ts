import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js'
import { Injectable } from '@nestjs/common'
import type {
  CertifyHostKeyRequest,
  EnrollRequest,
  EnrollResponse,
  IssueHostCertificateRequest,
  LeaseRowsRequest,
  RenewRequest,
  ReturnRowsRequest,
} from '@wardgate/contract'
import { AgentGate, type KnownAgent } from '../agents/agent-gate.service'
import type { AgentPeer } from '../agents/agent-process'
import { EnrolmentService } from '../agents/enrolment.service'
import { HostCertificates } from '../interception/host-certificates.service'
import { AgentHostKeys } from '../principals/certificates/agent-host-keys'
import { peerAgent, peerOf, toStatus } from './peer'
import { RowLeases } from './row-leases'

/** The calls of agents that are one question and one answer. */
@Injectable()
export class AgentCalls {
  constructor(
    private readonly gate: AgentGate,
    private readonly enrolment: EnrolmentService,
    private readonly hosts: HostCertificates,
    private readonly hostKeys: AgentHostKeys,
    private readonly rows: RowLeases,
  ) {}

  /** Before a certificate is known: the join token says who may. */
  readonly enroll = unary(async (call: ServerUnaryCall<EnrollRequest, EnrollResponse>) => {
    const { joinToken, certificateRequest } = call.request
    const enrolled = await this.enrolment.enrol(joinToken, certificateRequest, call.getPeer())
    return {
      agentId: enrolled.agentId,
      certificateChain: enrolled.chain,
      authority: enrolled.authority,
    }
  })

  readonly renew = this.ofAgent(async ({ id }, { certificateRequest }: RenewRequest, peer) => {
    const renewed = await this.enrolment.renew(id, certificateRequest, peer)
    return { certificateChain: renewed.chain, authority: renewed.authority }
  })

  readonly issueHostCertificate = this.ofAgent(
    async ({ id }, { host, certificateRequest }: IssueHostCertificateRequest) => ({
      certificateChain: await this.hosts.issue(id, host, certificateRequest),
    }),
  )

  readonly certifyHostKey = this.ofAgent(async (agent, { publicKey }: CertifyHostKeyRequest) => ({
    certificate: await this.hostKeys.certify(agent, publicKey),
  }))

  readonly leaseRows = this.ofAgent(({ id }, request: LeaseRowsRequest) =>
    this.rows.lease(id, request),
  )

  readonly returnRows = this.ofAgent(({ id }, request: ReturnRowsRequest) =>
    this.rows.giveBack(id, request),
  )

  private ofAgent<Q, A>(answer: (agent: KnownAgent, request: Q, peer: AgentPeer) => Promise<A>) {
    return unary(async (call: ServerUnaryCall<Q, A>) =>
      answer(await this.gate.admit(peerAgent(call)), call.request, peerOf(call)),
    )
  }
}

function unary<Q, A>(answer: (call: ServerUnaryCall<Q, A>) => Promise<A>) {
  return (call: ServerUnaryCall<Q, A>, callback: sendUnaryData<A>): void => {
    answer(call).then(
      (value) => callback(null, value),
      (error: unknown) => callback({ ...toStatus(error), name: 'ServiceError', message: '' }),
    )
  }
}
