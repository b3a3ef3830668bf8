import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { allowInsecureRequests, Configuration, type ServerMetadata } from 'openid-client'
import { BoundedMap } from '../../common/bounded-map'
import { Clock } from '../../common/clock'
import type { Issuer } from '../issuers/issuer'
import { readMetadata } from '../issuers/issuer-metadata'
import { isTrustworthy } from '../issuers/issuer-url'
import { IssuersService } from '../issuers/issuers.service'

const freshMillis = 10 * 60_000
const mostClients = 50
const timeoutSeconds = 5

interface CachedClient {
  readonly issuerVersion: number
  readonly madeAt: number
  readonly client: Promise<Configuration>
}

/** Our client at each issuer. Kept for a while, so that asking for a log-in page does not become a request to the issuer. */
@Injectable()
export class LoginClients {
  readonly #clients = new BoundedMap<string, CachedClient>(mostClients)

  constructor(
    private readonly issuers: IssuersService,
    private readonly clock: Clock,
  ) {}

  get(issuer: Issuer): Promise<Configuration> {
    const known = this.#clients.get(issuer.id)
    const isFresh = known !== undefined && this.clock.now() - known.madeAt < freshMillis
    if (isFresh && known.issuerVersion === issuer.version) return known.client
    const client = this.make(issuer)
    client.catch(() => this.#clients.delete(issuer.id))
    this.#clients.set(issuer.id, {
      issuerVersion: issuer.version,
      madeAt: this.clock.now(),
      client,
    })
    return client
  }

  private async make(issuer: Issuer): Promise<Configuration> {
    const metadata = await readMetadata(issuer.issuer)
    const endpoints = [metadata['token_endpoint'], metadata['authorization_endpoint']]
    if (!endpoints.every((url) => typeof url === 'string' && isTrustworthy(url)))
      throw new AuthError(
        'ERR_AUTH_ISSUER_UNREACHABLE',
        `the issuer ${issuer.name} offers no log-in over TLS`,
      )
    const secret = await this.issuers.openClientSecret(issuer)
    const client = new Configuration(metadata as ServerMetadata, issuer.clientId, secret)
    client.timeout = timeoutSeconds
    // isTrustworthy has let plain HTTP through on loopback only.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only to stand out
    if (issuer.issuer.startsWith('http://')) allowInsecureRequests(client)
    return client
  }
}
