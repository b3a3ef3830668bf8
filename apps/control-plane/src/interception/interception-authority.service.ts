import { Injectable } from '@nestjs/common'
import {
  alternativeNames,
  issueCertificate,
  normalSerial,
  serverAuthentication,
  verifiedKey,
} from '../common/certificates/authority'
import { SealedAuthority } from '../common/certificates/sealed-authority'
import { SecretStore } from '../common/sealing/secret-store'

/** Agents ask again in time; a lost key is worthless soon. */
const hostMillis = 7 * 24 * 3_600_000

/** What clients of the forward proxy trust, and nothing else does: apart from the authority of the agents. */
@Injectable()
export class InterceptionAuthority {
  private readonly authority: SealedAuthority

  constructor(secrets: SecretStore) {
    const subject = 'CN=Wardgate interception authority'
    this.authority = new SealedAuthority(secrets, 'interception-authority', subject)
  }

  pem(): Promise<string> {
    return this.authority.pem()
  }

  /** Signs the request's key for this host; whatever else the request asks for is not looked at. */
  async issue(host: string, rawRequest: Uint8Array) {
    const authority = await this.authority.load()
    const leaf = await issueCertificate(authority, {
      // Names may be longer than a common name: clients read the alternative name.
      subject: 'CN=Wardgate',
      publicKey: await verifiedKey(rawRequest),
      millis: hostMillis,
      usage: serverAuthentication,
      alternatives: alternativeNames([host]),
    })
    return {
      chain: `${leaf.toString('pem')}\n${await this.pem()}`,
      serial: normalSerial(leaf.serialNumber),
      until: leaf.notAfter,
    }
  }
}
