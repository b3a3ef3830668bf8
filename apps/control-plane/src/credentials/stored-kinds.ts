import type { CredentialKind as StoredKind } from '../generated/prisma/client'
import type { CredentialKind } from './credentials.dto'

/** Names in the database's enumeration, which takes no hyphens. */
export const storedKinds = {
  password: 'password',
  certificate: 'certificate',
  none: 'none',
  bearer: 'bearer',
  'api-key': 'api_key',
  'oauth-client': 'oauth_client',
  aws: 'aws',
  'private-key': 'private_key',
  'key-certificate': 'key_certificate',
} as const satisfies Record<CredentialKind, StoredKind>

export const kindsByStored = {
  password: 'password',
  certificate: 'certificate',
  none: 'none',
  bearer: 'bearer',
  api_key: 'api-key',
  oauth_client: 'oauth-client',
  aws: 'aws',
  private_key: 'private-key',
  key_certificate: 'key-certificate',
} as const satisfies Record<StoredKind, CredentialKind>
