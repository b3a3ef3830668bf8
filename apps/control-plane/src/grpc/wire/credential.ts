import { ApiKeyPlace, type TargetCredential as WireCredential } from '@wardgate/contract'
import type { TargetCredential } from '@wardgate/gateway'

const apiKeyPlaces = {
  header: ApiKeyPlace.API_KEY_PLACE_HEADER,
  query: ApiKeyPlace.API_KEY_PLACE_QUERY,
} as const

export function credentialToWire(credential: TargetCredential): WireCredential {
  return { kind: kindToWire(credential) }
}

function kindToWire(credential: TargetCredential): NonNullable<WireCredential['kind']> {
  switch (credential.kind) {
    case 'password': {
      const { user, password } = credential
      return { $case: 'password', value: { user, password } }
    }
    case 'certificate': {
      const { user, cert, key } = credential
      return { $case: 'certificate', value: { user, cert, key } }
    }
    case 'none':
      return { $case: 'user', value: { user: credential.user } }
    case 'bearer':
      return { $case: 'bearer', value: { token: credential.token } }
    case 'api-key': {
      const { name, value } = credential
      return { $case: 'apiKey', value: { place: apiKeyPlaces[credential.in], name, value } }
    }
    case 'oauth-client': {
      const { tokenUrl, clientId, clientSecret, scope } = credential
      return { $case: 'oauthClient', value: { tokenUrl, clientId, clientSecret, scope } }
    }
    case 'aws': {
      const { accessKeyId, secretAccessKey, sessionToken, region, service } = credential
      const value = { accessKeyId, secretAccessKey, sessionToken, region, service }
      return { $case: 'aws', value }
    }
    case 'private-key': {
      const { user, key, passphrase } = credential
      return { $case: 'privateKey', value: { user, key, passphrase } }
    }
    case 'key-certificate': {
      const { user, key, certificate } = credential
      return {
        $case: 'keyCertificate',
        value: { user, key, certificate: Buffer.from(certificate) },
      }
    }
  }
}
