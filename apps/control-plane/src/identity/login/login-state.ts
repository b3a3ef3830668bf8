import { randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { z } from 'zod'
import { Clock } from '../../common/clock'
import { decrypt, encrypt, keyBytes } from '../../common/sealing/envelope'
import { SecretStore } from '../../common/sealing/secret-store'

const associated = 'console log-in'
const secretName = 'login-state-key'
/** How long somebody may take at the issuer. */
export const loginSeconds = 600

const stateSchema = z.object({
  issuerId: z.uuid(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  expiresAt: z.number(),
})

export type LoginState = Omit<z.output<typeof stateSchema>, 'expiresAt'>

/** Keeps what a log-in needs until the browser comes back, sealed in a cookie: strangers cannot fill our memory. */
@Injectable()
export class LoginStates {
  constructor(
    private readonly secrets: SecretStore,
    private readonly clock: Clock,
  ) {}

  async seal(state: LoginState): Promise<string> {
    const expiresAt = this.clock.now() + loginSeconds * 1000
    const plaintext = Buffer.from(JSON.stringify({ ...state, expiresAt }))
    return Buffer.from(encrypt(await this.key(), plaintext, associated)).toString('base64url')
  }

  async open(rawCookie: string): Promise<LoginState> {
    try {
      const sealed = Buffer.from(rawCookie, 'base64url')
      const plaintext = Buffer.from(decrypt(await this.key(), sealed, associated)).toString('utf8')
      const state = stateSchema.parse(JSON.parse(plaintext))
      if (state.expiresAt > this.clock.now()) return state
    } catch (cause) {
      throw noLogin(cause)
    }
    throw noLogin()
  }

  private key() {
    return this.secrets.findOrCreate(secretName, () => Promise.resolve(randomBytes(keyBytes)))
  }
}

export function noLogin(cause?: unknown): AuthError {
  return new AuthError('ERR_AUTH_INVALID_TOKEN', 'no log-in is under way in this browser', {
    nextStep: 'Begin again at /auth/login.',
    ...(cause === undefined ? {} : { cause }),
  })
}
