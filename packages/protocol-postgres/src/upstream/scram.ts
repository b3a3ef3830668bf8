import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { TargetError } from '@wardgate/errors'
import { preparedPassword } from './prepared-password'

/** A hostile target must not burn our processor: PostgreSQL's default is 4,096. */
const MAX_ITERATIONS = 1_000_000
const derive = promisify(pbkdf2)

/** Whether and how the exchange is tied to the TLS channel, RFC 5802 section 6. */
export type ChannelBinding =
  | { readonly kind: 'bound'; readonly endPoint: Buffer }
  /** The target offers none, or there is no TLS. */
  | { readonly kind: 'none' }

/** One SCRAM-SHA-256 exchange, RFC 7677: first message, then the answers to what the target says. */
export class ScramExchange {
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS'
  readonly clientFirst: string
  private readonly password: string
  private readonly clientFirstBare: string
  private readonly clientNonce: string
  private readonly channel: string
  private expectedSignature: Buffer | undefined

  constructor(
    password: string,
    binding: ChannelBinding,
    { nonce = randomBytes(18).toString('base64'), user = '' } = {},
  ) {
    const header = binding.kind === 'bound' ? 'p=tls-server-end-point,,' : 'n,,'
    const endPoint = binding.kind === 'bound' ? binding.endPoint : Buffer.alloc(0)
    this.mechanism = binding.kind === 'bound' ? 'SCRAM-SHA-256-PLUS' : 'SCRAM-SHA-256'
    this.password = preparedPassword(password)
    this.clientNonce = nonce
    // PostgreSQL takes the user from the startup message and ignores this one.
    this.clientFirstBare = `n=${user},r=${nonce}`
    this.clientFirst = header + this.clientFirstBare
    this.channel = Buffer.concat([Buffer.from(header), endPoint]).toString('base64')
  }

  async clientFinal(serverFirst: string): Promise<string> {
    const { nonce, salt, iterations } = readServerFirst(serverFirst)
    if (!nonce.startsWith(this.clientNonce) || nonce.length === this.clientNonce.length)
      throw refused('its nonce does not extend ours')
    const salted = await derive(this.password, salt, iterations, 32, 'sha256')
    const clientKey = hmac(salted, 'Client Key')
    const withoutProof = `c=${this.channel},r=${nonce}`
    const message = `${this.clientFirstBare},${serverFirst},${withoutProof}`
    const signature = hmac(createHash('sha256').update(clientKey).digest(), message)
    const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))
    this.expectedSignature = hmac(hmac(salted, 'Server Key'), message)
    return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`
  }

  /** The target proves that it knows the password too; without it anybody could play the target. */
  verifyServerFinal(serverFinal: string): void {
    const value = /^v=([A-Za-z0-9+/]+=*)/.exec(serverFinal)?.[1]
    const signature = Buffer.from(value ?? '', 'base64')
    const expected = this.expectedSignature
    if (expected?.length !== signature.length || !timingSafeEqual(expected, signature))
      throw refused('it does not know the password')
  }
}

function readServerFirst(text: string) {
  const match = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+=*),i=([1-9][0-9]{0,8})/.exec(text)
  const [, nonce, salt, iterations] = match ?? []
  if (nonce === undefined || salt === undefined || Number(iterations) > MAX_ITERATIONS)
    throw refused('its first message is not acceptable')
  return { nonce, salt: Buffer.from(salt, 'base64'), iterations: Number(iterations) }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function refused(why: string): TargetError {
  return new TargetError(
    'ERR_TARGET_REFUSED_CREDENTIAL',
    `the target's SCRAM exchange failed: ${why}`,
  )
}
