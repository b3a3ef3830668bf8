import { randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { type Bytes, decrypt, encrypt, keyBytes } from './envelope'
import { MasterKeyRing } from './master-key'

export interface Sealed {
  readonly sealed: Bytes
  readonly wrappedKey: Bytes
  readonly masterKeyId: string
}

type Openable = Readonly<Record<'sealed' | 'wrappedKey', Uint8Array>> & Pick<Sealed, 'masterKeyId'>

/** Envelope encryption: every value has a data key of its own, which the master key wraps. */
@Injectable()
export class SealService {
  constructor(private readonly keys: MasterKeyRing) {}

  /** `associated` says what the value belongs to; it opens nowhere else. */
  async seal(plaintext: Uint8Array, associated: string): Promise<Sealed> {
    const dataKey = randomBytes(keyBytes)
    try {
      return {
        sealed: encrypt(dataKey, plaintext, associated),
        wrappedKey: await this.keys.current.wrap(dataKey),
        masterKeyId: this.keys.current.id,
      }
    } finally {
      dataKey.fill(0)
    }
  }

  async open(value: Openable, associated: string): Promise<Bytes> {
    const dataKey = await this.keys.find(value.masterKeyId).unwrap(value.wrappedKey)
    try {
      return decrypt(dataKey, value.sealed, associated)
    } finally {
      dataKey.fill(0)
    }
  }
}

const packedSchema = z.object({ key: z.string(), wrapped: z.base64(), sealed: z.base64() })

/** A sealed value in one column. */
export function packSealed(value: Sealed): Bytes {
  const packed = {
    key: value.masterKeyId,
    wrapped: Buffer.from(value.wrappedKey).toString('base64'),
    sealed: Buffer.from(value.sealed).toString('base64'),
  }
  return new Uint8Array(Buffer.from(JSON.stringify(packed)))
}

export function unpackSealed(bytes: Uint8Array): Sealed {
  const packed = packedSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  return {
    masterKeyId: packed.key,
    wrappedKey: new Uint8Array(Buffer.from(packed.wrapped, 'base64')),
    sealed: new Uint8Array(Buffer.from(packed.sealed, 'base64')),
  }
}
