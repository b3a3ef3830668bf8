import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { SecretStore } from '../common/sealing/secret-store'
import { type Admission, admissionSchema } from './admission'

const secretName = 'admissions'
const keyBytes = 32
/** SHA-256. */
const sealBytes = 32

/**
 * Seals what was admitted and reads it back: an agent hands it in with its records, perhaps to another replica, perhaps
 * after the one that opened the session is gone. HMAC, because only control planes read it.
 */
@Injectable()
export class Admissions {
  private key: Promise<Uint8Array> | undefined

  constructor(private readonly secrets: SecretStore) {}

  async seal(admission: Admission): Promise<Uint8Array> {
    const body = Buffer.from(JSON.stringify(admission))
    return Buffer.concat([macOf(await this.secret(), body), body])
  }

  /** Undefined when it is not of our making. */
  async open(rawAdmission: Uint8Array): Promise<Admission | undefined> {
    const raw = Buffer.from(rawAdmission)
    const [seal, body] = [raw.subarray(0, sealBytes), raw.subarray(sealBytes)]
    const expected = macOf(await this.secret(), body)
    if (seal.length !== sealBytes || !timingSafeEqual(seal, expected)) return undefined
    const parsed = z.safeParse(admissionSchema, JSON.parse(body.toString('utf8')))
    return parsed.success ? parsed.data : undefined
  }

  private async secret(): Promise<Uint8Array> {
    this.key ??= this.secrets.findOrCreate(secretName, () => Promise.resolve(randomBytes(keyBytes)))
    try {
      return await this.key
    } catch (error) {
      this.key = undefined
      throw error
    }
  }
}

function macOf(key: Uint8Array, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update('wardgate admission\0').update(body).digest()
}
