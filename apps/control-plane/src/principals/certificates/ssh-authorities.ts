import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { InternalError } from '@wardgate/errors'
import {
  encodeCertificate,
  publicBlobOf,
  readPublicKey,
  type CertificateContent,
  type PublicKey,
} from '@wardgate/wire/openssh'
import { SecretStore } from '../../common/sealing/secret-store'

/**
 * `clients` certifies who may log in to agents, `targets` what agents log in to targets with, `hosts` the keys by which
 * clients know agents. A key each: who trusts the one must not let in whoever holds a certificate of another.
 */
export type AuthorityName = 'clients' | 'targets' | 'hosts'

interface Authority {
  readonly key: KeyObject
  readonly publicKey: PublicKey
}

/** The keys that certify SSH keys, made when they are first asked for and sealed like every secret. */
@Injectable()
export class SshAuthorities {
  private readonly loaded = new Map<AuthorityName, Promise<Authority>>()

  constructor(private readonly secrets: SecretStore) {}

  async publicKey(name: AuthorityName): Promise<PublicKey> {
    return (await this.load(name)).publicKey
  }

  async issue(name: AuthorityName, content: CertificateContent): Promise<Buffer> {
    const { key } = await this.load(name)
    return encodeCertificate(content, publicBlobOf(createPublicKey(key)), (bytes) =>
      sign(null, bytes, key),
    )
  }

  private load(name: AuthorityName): Promise<Authority> {
    const known = this.loaded.get(name)
    if (known !== undefined) return known
    const loading = this.read(name)
    this.loaded.set(name, loading)
    loading.catch(() => this.loaded.delete(name))
    return loading
  }

  private async read(name: AuthorityName): Promise<Authority> {
    const stored = await this.secrets.findOrCreate(`ssh-authority-${name}`, () =>
      Promise.resolve(newKey()),
    )
    const key = createPrivateKey({ key: Buffer.from(stored), format: 'der', type: 'pkcs8' })
    const publicKey = readPublicKey(publicBlobOf(createPublicKey(key)))
    if (publicKey === undefined) throw new InternalError(`the SSH authority for ${name} is no key`)
    return { key, publicKey }
  }
}

function newKey(): Uint8Array {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' })
}
