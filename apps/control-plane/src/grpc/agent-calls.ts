import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js'
import { Injectable } from '@nestjs/common'
import type {
  CertifyHostKeyRequest,
  CertifyHostKeyResponse,
  EnrollRequest,
  EnrollResponse,
  IssueHostCertificateRequest,
  IssueHostCertificateResponse,
  LeaseRowsRequest,
  LeaseRowsResponse,
  RenewRequest,
  RenewResponse,
  ReturnRowsRequest,
  ReturnRowsResponse,
} from '@wardgate/contract'
import { AgentGate } from '../agents/agent-gate.service'
import { EnrolmentService } from '../agents/enrolment.service'
import { HostCertificates } from '../interception/host-certificates.service'
import { AgentHostKeys } from '../principals/certificates/agent-host-keys'
import { peerAgent, toStatus } from './peer'
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

  readonly renew = unary(async (call: ServerUnaryCall<RenewRequest, RenewResponse>) => {
    const agent = await this.gate.admit(peerAgent(call))
    const renewed = await this.enrolment.renew(agent.id, call.request.certificateRequest)
    return { certificateChain: renewed.chain, authority: renewed.authority }
  })

  readonly issueHostCertificate = unary(
    async (call: ServerUnaryCall<IssueHostCertificateRequest, IssueHostCertificateResponse>) => {
      const agent = await this.gate.admit(peerAgent(call))
      const { host, certificateRequest } = call.request
      return { certificateChain: await this.hosts.issue(agent.id, host, certificateRequest) }
    },
  )

  readonly certifyHostKey = unary(
    async (call: ServerUnaryCall<CertifyHostKeyRequest, CertifyHostKeyResponse>) => {
      const agent = await this.gate.admit(peerAgent(call))
      return { certificate: await this.hostKeys.certify(agent, call.request.publicKey) }
    },
  )

  readonly leaseRows = unary(async (call: ServerUnaryCall<LeaseRowsRequest, LeaseRowsResponse>) =>
    this.rows.lease((await this.gate.admit(peerAgent(call))).id, call.request),
  )

  readonly returnRows = unary(
    async (call: ServerUnaryCall<ReturnRowsRequest, ReturnRowsResponse>) =>
      this.rows.giveBack((await this.gate.admit(peerAgent(call))).id, call.request),
  )
}

function unary<Q, A>(answer: (call: ServerUnaryCall<Q, A>) => Promise<A>) {
  return (call: ServerUnaryCall<Q, A>, callback: sendUnaryData<A>): void => {
    answer(call).then(
      (value) => callback(null, value),
      (error: unknown) => callback({ ...toStatus(error), name: 'ServiceError', message: '' }),
    )
  }
}
