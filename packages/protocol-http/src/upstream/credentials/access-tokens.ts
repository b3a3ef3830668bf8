import { TargetError } from '@wardgate/errors'
import type { TargetCredential } from '@wardgate/gateway'
import { request } from 'undici'
import { z } from 'zod'

type OauthClient = Extract<TargetCredential, { kind: 'oauth-client' }>

interface Kept {
  readonly token: Promise<string>
  /** Once it has come. */
  value?: string
  fetchedAt: number
  /** Infinite while it is being fetched. */
  expiresAt: number
}

/** Other types (`mac`, `DPoP`) are of no use without a key: https://datatracker.ietf.org/doc/html/rfc6749#section-7.1 */
const answerShape = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  expires_in: z.coerce.number().positive().optional(),
})

const MAX_KEPT = 256
const MAX_ANSWER_BYTES = 64 * 1024
const FETCH_MILLIS = 10_000
/** Tokens are renewed so long before they expire: what is under way must still arrive. */
const EARLY_MILLIS = 30_000
const DEFAULT_SECONDS = 300
/** A token that is refused earlier stays: its successor would be as well, and clients could have them fetched without end. */
const MIN_KEPT_MILLIS = 10_000

/** Access tokens of the client-credentials grant, fetched once and renewed: https://datatracker.ietf.org/doc/html/rfc6749#section-4.4 */
export class AccessTokens {
  readonly #kept = new Map<string, Kept>()
  readonly #now: () => number

  /** `now` is monotonic. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  get(client: OauthClient): Promise<string> {
    const key = JSON.stringify(client)
    const known = this.#kept.get(key)
    if (known !== undefined && known.expiresAt > this.#now()) return known.token
    const fetched = fetchToken(client)
    const kept: Kept = {
      token: fetched.then(({ token }) => token),
      fetchedAt: Number.POSITIVE_INFINITY,
      expiresAt: Number.POSITIVE_INFINITY,
    }
    this.#keep(key, kept)
    fetched.then(
      ({ token, lifeMillis }) => {
        kept.value = token
        kept.fetchedAt = this.#now()
        kept.expiresAt = kept.fetchedAt + lifeMillis
      },
      () => {
        if (this.#kept.get(key) === kept) this.#kept.delete(key)
      },
    )
    return kept.token
  }

  /** The target said no to this one: the next request asks for a new one, unless another already has. */
  forget(client: OauthClient, token: string): void {
    const key = JSON.stringify(client)
    const known = this.#kept.get(key)
    if (known?.value !== token || this.#now() < known.fetchedAt + MIN_KEPT_MILLIS) return
    this.#kept.delete(key)
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
    const text = await textOf(body)
    if (statusCode !== 200) throw new Error(`the token endpoint answered ${statusCode}`)
    const { access_token: token, expires_in: seconds } = read(text)
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

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  // To leave the loop is to leave the connection.
  for await (const part of body) {
    parts.push(part)
    length += part.length
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer of the token endpoint is too large')
  }
  return Buffer.concat(parts).toString()
}

/** What is wrong with an answer is not told in the words of whoever read it: they quote it. */
function read(text: string): z.infer<typeof answerShape> {
  try {
    return answerShape.parse(JSON.parse(text))
  } catch {
    throw new Error('the token endpoint answered with no bearer token')
  }
}
