import { TargetError } from '@wardgate/errors'
import type { TargetCredential } from '@wardgate/gateway'
import { request } from 'undici'
import { z } from 'zod'

type OauthClient = Extract<TargetCredential, { kind: 'oauth-client' }>

interface Kept {
  readonly token: Promise<string>
  /** By the monotonic clock; infinite while it is being fetched. */
  expiresAt: number
}

const answerShape = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  token_type: z.string().optional(),
  expires_in: z.coerce.number().positive().optional(),
})

const MAX_KEPT = 256
const MAX_ANSWER_BYTES = 64 * 1024
const FETCH_MILLIS = 10_000
/** Tokens are renewed so long before they expire: what is under way must still arrive. */
const EARLY_MILLIS = 30_000
const DEFAULT_SECONDS = 300

/** Access tokens of the client-credentials grant, fetched once and renewed: https://datatracker.ietf.org/doc/html/rfc6749#section-4.4 */
export class AccessTokens {
  readonly #kept = new Map<string, Kept>()

  get(client: OauthClient): Promise<string> {
    const key = JSON.stringify(client)
    const known = this.#kept.get(key)
    if (known !== undefined && known.expiresAt > performance.now()) return known.token
    const fetched = fetchToken(client)
    const kept: Kept = {
      token: fetched.then(({ token }) => token),
      expiresAt: Number.POSITIVE_INFINITY,
    }
    this.#keep(key, kept)
    fetched.then(
      ({ lifeMillis }) => (kept.expiresAt = performance.now() + lifeMillis),
      () => this.#kept.delete(key),
    )
    return kept.token
  }

  /** The target said no: the next request asks for a new one. */
  forget(client: OauthClient): void {
    this.#kept.delete(JSON.stringify(client))
  }

  #keep(key: string, kept: Kept): void {
    const [oldest] = this.#kept.keys()
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    this.#kept.set(key, kept)
  }
}

async function fetchToken(client: OauthClient): Promise<{ token: string; lifeMillis: number }> {
  const { tokenUrl, clientId, clientSecret, scope } = client
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scope !== '') form.set('scope', scope)
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`
  try {
    const { statusCode, body } = await request(tokenUrl, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: form.toString(),
      signal: AbortSignal.timeout(FETCH_MILLIS),
    })
    const text = Buffer.from(await body.arrayBuffer())
      .subarray(0, MAX_ANSWER_BYTES)
      .toString()
    if (statusCode !== 200) throw new Error(`the token endpoint answered ${statusCode}`)
    const { access_token: token, expires_in: seconds } = answerShape.parse(JSON.parse(text))
    const lifeMillis = (seconds ?? DEFAULT_SECONDS) * 1_000
    return { token, lifeMillis: Math.max(lifeMillis - EARLY_MILLIS, lifeMillis / 2) }
  } catch (cause) {
    throw new TargetError(
      'ERR_TARGET_REFUSED_CREDENTIAL',
      "no access token from the target's authorization server",
      { cause },
    )
  }
}
