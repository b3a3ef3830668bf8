import { ApiKeyPlace, type TargetCredential as WireCredential } from '@wardgate/contract'
import type { TargetCredential } from '@wardgate/gateway'
import { contractViolation, fromTable } from './violation'

const apiKeyPlaces = {
  [ApiKeyPlace.API_KEY_PLACE_HEADER]: 'header',
  [ApiKeyPlace.API_KEY_PLACE_QUERY]: 'query',
} as const

export function credentialFrom(credential: WireCredential | undefined): TargetCredential {
  const kind = credential?.kind
  if (kind === undefined) throw contractViolation('a target without a credential')
  switch (kind.$case) {
    case 'password':
      return { kind: 'password', user: kind.value.user, password: kind.value.password }
    case 'certificate': {
      const { user, cert, key } = kind.value
      return { kind: 'certificate', user, cert, key }
    }
    case 'user':
      return { kind: 'none', user: kind.value.user }
    case 'bearer':
      return { kind: 'bearer', token: kind.value.token }
    case 'apiKey': {
      const { place, name, value } = kind.value
      const where = fromTable(apiKeyPlaces, place, 'the place of an API key')
      return { kind: 'api-key', in: where, name, value }
    }
    case 'oauthClient': {
      const { tokenUrl, clientId, clientSecret, scope } = kind.value
      return { kind: 'oauth-client', tokenUrl, clientId, clientSecret, scope }
    }
    case 'aws': {
      const { accessKeyId, secretAccessKey, sessionToken, region, service } = kind.value
      return { kind: 'aws', accessKeyId, secretAccessKey, sessionToken, region, service }
    }
    case 'privateKey': {
      const { user, key, passphrase } = kind.value
      return { kind: 'private-key', user, key, passphrase }
    }
    case 'keyCertificate': {
      const { user, key, certificate } = kind.value
      return { kind: 'key-certificate', user, key, certificate }
    }
  }
}
