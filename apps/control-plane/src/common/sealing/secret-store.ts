import { Injectable } from '@nestjs/common'
import { InternalError } from '@wardgate/errors'
import type { Bytes } from './envelope'
import { SealService } from './seal.service'
import { SealedSecretRepository } from './sealed-secret.repository'

/** The control plane's own secrets: signing keys, the authority's key, masking keys. */
@Injectable()
export class SecretStore {
  constructor(
    private readonly secrets: SealedSecretRepository,
    private readonly seals: SealService,
  ) {}

  async find(name: string): Promise<Bytes | undefined> {
    const row = await this.secrets.find(name)
    return row === null ? undefined : this.seals.open(row, associatedData(name, row.version))
  }

  /** The secret of this name; made by the first who asks, on whichever replica. */
  async findOrCreate(name: string, make: () => Promise<Uint8Array>): Promise<Bytes> {
    const found = await this.find(name)
    if (found !== undefined) return found
    const value = await this.seals.seal(await make(), associatedData(name, 1))
    await this.secrets.createIfAbsent(name, value)
    const kept = await this.find(name)
    if (kept === undefined) throw new InternalError(`secret ${name} vanished after it was made`)
    return kept
  }
}

function associatedData(name: string, version: number): string {
  return `secret:${name}:${version}`
}
