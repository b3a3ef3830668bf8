import { credentials, type ServiceError, status } from '@grpc/grpc-js'
import { EnrolmentServiceClient, type EnrollResponse } from '@wardgate/contract'
import { AuthError, ControlError } from '@wardgate/errors'
import { serverName } from '../control/server-name'
import { ask } from '../control/unary-call'
import { fetchAuthority } from './authority'
import { createCertificateRequest } from './certificate-request'
import type { Identity } from './identity'
import { parseJoinToken } from './join-token'

export interface EnrolOptions {
  readonly address: string
  readonly agentName: string
  readonly joinToken: string
  readonly version: string
}

const enrolMillis = 15_000

/** Trades the join token for a certificate. The authority is the one that the token names, or nothing is sent. */
export async function enrol(options: EnrolOptions): Promise<Identity> {
  const token = parseJoinToken(options.joinToken)
  const authority = await fetchAuthority(options.address, token.authorityDigest)
  const { request, key } = await createCertificateRequest(options.agentName)
  const name = serverName(options.address)
  const channel = credentials.createSsl(Buffer.from(authority), null, null, name.verify)
  const client = new EnrolmentServiceClient(options.address, channel, name.options)
  try {
    const { agentName, version } = options
    const asked = { joinToken: token.raw, certificateRequest: request, agentName, version }
    const answer = await ask<EnrollResponse>(
      enrolMillis,
      (metadata, ...how) => {
        // A control plane that only starts may answer in time.
        metadata.setOptions({ waitForReady: true })
        return client.enroll(asked, metadata, ...how)
      },
      failureOf,
    )
    const { agentId, certificateChain: chain } = answer
    // The token's digest names the authority; the answer cannot name another one.
    return { agentId, name: options.agentName, key, chain, authority }
  } finally {
    client.close()
  }
}

function failureOf(error: ServiceError): AuthError | ControlError {
  if (error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED)
    return new ControlError('ERR_CONTROL_UNAVAILABLE', 'enrolment: the port does not answer', {
      cause: error,
    })
  return new AuthError('ERR_AUTH_INVALID_TOKEN', `enrolment failed: ${error.details}`, {
    cause: error,
    nextStep: 'Join tokens work once and expire: create a new one and start the agent again.',
  })
}
