import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'
import { stoppedAtTheEnd } from './leftovers'

/** An OIDC issuer on loopback whose tokens can be made good or bad at will. */
export class TestIssuer {
  readonly url: string
  /** How often its key set was fetched. */
  keyReads = 0
  #keys: { readonly kid: string; readonly privateKey: CryptoKey; readonly jwk: JWK }[] = []
  readonly #server: ReturnType<typeof createServer>

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(): Promise<TestIssuer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const issuer = new TestIssuer(server)
    server.on('request', (request, response) => {
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify(issuer.answer(request.url ?? '')))
    })
    await issuer.rotate()
    return issuer
  }

  /** Replaces its signing key. */
  async rotate(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const kid = `key-${Math.random().toString(36).slice(2)}`
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }
    this.#keys = [{ kid, privateKey, jwk }]
  }

  /** A token; `claims` add to and override what a good one has. */
  async token(
    claims: JWTPayload & Record<string, unknown> = {},
    { kid, typ }: { readonly kid?: string; readonly typ?: string } = {},
  ): Promise<string> {
    const [key] = this.#keys
    if (key === undefined) throw new Error('the issuer has no key')
    const now = Math.floor(Date.now() / 1000)
    const good = { iss: this.url, aud: 'wardgate', sub: 'alice', iat: now, exp: now + 300 }
    return new SignJWT({ ...good, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: kid ?? key.kid, ...(typ && { typ }) })
      .sign(key.privateKey)
  }

  readonly stop = stoppedAtTheEnd(() => {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  })

  private answer(path: string): unknown {
    if (path === '/.well-known/openid-configuration')
      return {
        issuer: this.url,
        jwks_uri: `${this.url}/jwks`,
        authorization_endpoint: `${this.url}/authorize`,
        token_endpoint: `${this.url}/token`,
      }
    this.keyReads += 1
    return { keys: this.#keys.map(({ jwk }) => jwk) }
  }
}
