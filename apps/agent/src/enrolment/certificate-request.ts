import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { cryptoProvider, Pkcs10CertificateRequestGenerator } from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export interface CertificateRequest {
  /** PKCS#10, DER. */
  readonly request: Buffer
  /** PKCS#8, PEM; never leaves the agent. */
  readonly key: string
}

/** A new key and a request that it signs. The control plane decides the certificate's name, not this one. */
export async function createCertificateRequest(agentName: string): Promise<CertificateRequest> {
  cryptoProvider.set(webcrypto)
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [agentName] }],
    keys,
    signingAlgorithm: algorithm,
  })
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
  const key = `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`
  return { request: Buffer.from(request.rawData), key }
}
