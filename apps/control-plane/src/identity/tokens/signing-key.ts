import { Injectable } from '@nestjs/common'
import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose'
import { z } from 'zod'
import { SecretStore } from '../../common/sealing/secret-store'

const secretName = 'token-signing-key'
const algorithm = 'ES256'

const storedSchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})

export interface SigningKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  /** What /.well-known/jwks.json shows. */
  readonly publicJwk: JWK
}

/** The key that signs Wardgate tokens; made at the first start, sealed, the same on every replica. */
@Injectable()
export class SigningKeyStore {
  #key: Promise<SigningKey> | undefined

  constructor(private readonly secrets: SecretStore) {}

  get(): Promise<SigningKey> {
    this.#key ??= this.load().catch((error: unknown) => {
      this.#key = undefined
      throw error
    })
    return this.#key
  }

  private async load(): Promise<SigningKey> {
    const bytes = await this.secrets.findOrCreate(secretName, makeKey)
    const { d, ...point } = storedSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    const kid = await calculateJwkThumbprint(point)
    return {
      kid,
      privateKey: await importEcKey({ ...point, d }),
      publicKey: await importEcKey(point),
      publicJwk: { ...point, kid, use: 'sig', alg: algorithm },
    }
  }
}

async function makeKey(): Promise<Buffer> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return Buffer.from(JSON.stringify(await exportJWK(privateKey)))
}

async function importEcKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm)
  if (key instanceof Uint8Array) throw new TypeError('an EC key was expected')
  return key
}
