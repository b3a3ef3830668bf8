import { TargetError } from '@wardgate/errors'
import type { TargetCredential } from '@wardgate/gateway'
import { withHeader, type Outgoing } from '../outgoing'
import { signAws } from './aws'
import type { AccessTokens } from './access-tokens'

type ApiKey = Extract<TargetCredential, { kind: 'api-key' }>

/** Adds what unlocks the target. The result is sent and nothing else: it is never logged, recorded or shown. */
export function inject(
  outgoing: Outgoing,
  credential: TargetCredential,
  accessTokens: AccessTokens,
): Outgoing | Promise<Outgoing> {
  switch (credential.kind) {
    // A certificate has been shown when the connection was encrypted.
    case 'certificate':
    case 'none':
      return outgoing
    case 'password': {
      const pair = Buffer.from(`${credential.user}:${credential.password}`)
      const encoded = pair.toString('base64')
      const sent = withHeader(outgoing, 'authorization', `Basic ${encoded}`)
      return { ...sent, secrets: [encoded, credential.password] }
    }
    case 'bearer':
      return withBearer(outgoing, credential.token)
    case 'api-key':
      return withKey(outgoing, credential)
    case 'oauth-client':
      return accessTokens.get(credential).then((token) => withBearer(outgoing, token))
    case 'aws':
      return signAws(outgoing, credential)
    case 'private-key':
    case 'key-certificate':
      throw new TargetError('ERR_TARGET_REFUSED_CREDENTIAL', 'an SSH key unlocks no HTTP target')
  }
}

/** Whether something is sent with each request that the target could show again. */
export function sendsSecret({ kind }: TargetCredential): boolean {
  return kind !== 'none' && kind !== 'certificate'
}

function withBearer(outgoing: Outgoing, token: string): Outgoing {
  return { ...withHeader(outgoing, 'authorization', `Bearer ${token}`), secrets: [token] }
}

function withKey(outgoing: Outgoing, { in: place, name, value }: ApiKey): Outgoing {
  const add = place === 'header' ? withHeader : withQuery
  return { ...add(outgoing, name, value), secrets: [value] }
}

/** The client's own parameters of that name go: a target may take the first or the last. */
function withQuery(outgoing: Outgoing, name: string, value: string): Outgoing {
  const others = outgoing.query.split('&').filter((pair) => pair !== '' && nameOf(pair) !== name)
  const own = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  return { ...outgoing, query: [...others, own].join('&') }
}

function nameOf(pair: string): string {
  const raw = (pair.split('=')[0] ?? '').replaceAll('+', ' ')
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}
