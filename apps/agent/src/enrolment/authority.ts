import { createHash, X509Certificate } from 'node:crypto'
import { type DetailedPeerCertificate, connect, type TLSSocket } from 'node:tls'
import { AuthError, ControlError } from '@wardgate/errors'

const connectMillis = 10_000
/** Longer chains are not followed. */
const maximumChain = 8

/**
 * The authority's certificate, PEM, if the enrolment port presents the one that the join token names. The secret
 * has not been sent: a server with another authority never sees it.
 */
export async function fetchAuthority(address: string, digest: string): Promise<string> {
  const chain = await presentedChain(address)
  const authority = chain.find((certificate) => digestOf(certificate) === digest)
  if (authority === undefined || !authority.ca) {
    throw new AuthError(
      'ERR_AUTH_INVALID_TOKEN',
      'the enrolment port does not present the authority that the join token names',
      { nextStep: 'Check the address; if it is right, somebody may be listening in between.' },
    )
  }
  return authority.toString()
}

function digestOf(certificate: X509Certificate): string {
  return createHash('sha256').update(certificate.raw).digest('hex')
}

function presentedChain(address: string): Promise<X509Certificate[]> {
  const at = address.lastIndexOf(':')
  const host = address.slice(0, at).replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    // The chain is only looked at here; the call that carries the secret verifies chain and name.
    const socket = connect({
      host,
      port: Number(address.slice(at + 1)),
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      timeout: connectMillis,
    })
    const fail = (cause?: unknown): void => {
      socket.destroy()
      reject(
        new ControlError('ERR_CONTROL_UNAVAILABLE', `cannot reach the enrolment port ${address}`, {
          cause,
        }),
      )
    }
    socket.once('secureConnect', () => {
      const chain = chainOf(socket)
      socket.destroy()
      resolve(chain)
    })
    socket.once('error', fail)
    socket.once('timeout', () => fail())
  })
}

function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = []
  // An empty object when the server presents nothing.
  let next: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true)
  while (next?.raw !== undefined && chain.length < maximumChain) {
    const certificate = new X509Certificate(next.raw)
    if (chain.at(-1)?.fingerprint256 === certificate.fingerprint256) break
    chain.push(certificate)
    next = next.issuerCertificate
  }
  return chain
}
