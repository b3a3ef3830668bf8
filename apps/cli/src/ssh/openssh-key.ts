import { generateKeyPairSync } from 'node:crypto'
import { openSshPrivateKey, publicBlobOf } from '@wardgate/wire/openssh'

export interface SshKey {
  /** Contents of the private key file. */
  readonly privateKey: string
  /** `ssh-ed25519 base64 comment`. */
  readonly publicKey: string
}

/** A new Ed25519 key without a passphrase: it lives for hours, and unattended use is what it is for. */
export function newSshKey(comment: string): SshKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privateKey: openSshPrivateKey(privateKey, comment),
    publicKey: `ssh-ed25519 ${publicBlobOf(publicKey).toString('base64')} ${comment}`,
  }
}
