import { createLocalJWKSet, errors, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose'
import { z } from 'zod'
import type { Clock } from '../../common/clock'
import { fetchJson } from './fetch-json'
import { readMetadata } from './issuer-metadata'

/** Keys are read again after this long. */
const freshMillis = 10 * 60_000
/** While the issuer is unreachable, keys that were read this long ago still verify. */
const staleMillis = 60 * 60_000
/** A token with an unknown key makes us ask again, but no more often than this: else tokens steer our requests. */
const unknownKeyMillis = 30_000
const failureMillis = 5_000
const mostKeys = 100

const keySetSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string() })).max(mostKeys),
})

type KeyFinder = ReturnType<typeof createLocalJWKSet>

/** The signing keys of one issuer, following its rotation. */
export class IssuerKeys {
  #find: KeyFinder | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #failedAt = Number.NEGATIVE_INFINITY
  #failure: unknown
  #reading: Promise<KeyFinder> | undefined

  constructor(
    private readonly issuer: string,
    private readonly clock: Clock,
  ) {}

  /** Throws jose's errors when no key fits, ERR_AUTH_ISSUER_UNREACHABLE when there are no keys. */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): ReturnType<KeyFinder> {
    const finder = await this.#current()
    try {
      return await finder(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      if (this.clock.now() - this.#readAt < unknownKeyMillis) throw error
      return (await this.#read())(header, token)
    }
  }

  async #current(): Promise<KeyFinder> {
    const age = this.clock.now() - this.#readAt
    const known = this.#find
    if (known !== undefined && age < freshMillis) return known
    try {
      return await this.#read()
    } catch (error) {
      if (known !== undefined && age < staleMillis) return known
      throw error
    }
  }

  async #read(): Promise<KeyFinder> {
    if (this.clock.now() - this.#failedAt < failureMillis) throw this.#failure
    this.#reading ??= this.#fetch().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  async #fetch(): Promise<KeyFinder> {
    try {
      const { jwks_uri } = await readMetadata(this.issuer)
      const keys = await fetchJson(jwks_uri, keySetSchema)
      const find = createLocalJWKSet(keys)
      this.#find = find
      this.#readAt = this.clock.now()
      return find
    } catch (error) {
      this.#failedAt = this.clock.now()
      this.#failure = error
      throw error
    }
  }
}
