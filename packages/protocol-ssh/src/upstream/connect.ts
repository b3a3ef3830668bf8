import { TargetError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Target, TargetCredential, TargetEndpoint } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import { Client, type ConnectConfig } from 'ssh2'
import { algorithms, targetHostKeys } from '../algorithms'
import { keepaliveMillis, maxMissedKeepalives } from '../limits'
import type { SshSettings } from '../settings'
import { gatherWrites } from '../transport/gathered-writes'
import {
  nameRsaCertificates,
  offerHostCertificates,
  proveByCertificate,
} from '../transport/host-certificates'
import { reusePackets } from '../transport/reused-packets'
import { wholeIdentification } from '../transport/whole-identification'
import { presentCertificate } from './certificate-login'
import { certifiedHostKey, hostCertificateAlgorithms, isHostCertificate } from './host-certificate'
import { refusalOfHostKey } from './host-keys'

export interface Dialling {
  readonly target: Target
  readonly settings: SshSettings
  readonly signal: AbortSignal
}

/** Logged in at the first endpoint of the target that answers. */
export async function connectUpstream(dialling: Dialling): Promise<Client> {
  let last: GatewayError = new TargetError('ERR_TARGET_UNREACHABLE', 'the target has no endpoint')
  for (const endpoint of dialling.target.endpoints) {
    try {
      return await connectTo(endpoint, dialling)
    } catch (caught) {
      dialling.signal.throwIfAborted()
      last = toGatewayError(caught)
      // Another host would refuse it as well, and a host that is not the one we know ends the search.
      if (last.code !== 'ERR_TARGET_UNREACHABLE') break
    }
  }
  throw last
}

async function connectTo(endpoint: TargetEndpoint, dialling: Dialling): Promise<Client> {
  const { target, signal } = dialling
  const stream = await target.dial(endpoint, signal).catch((cause: unknown) => {
    const where = `${endpoint.host}:${endpoint.port}`
    throw new TargetError('ERR_TARGET_UNREACHABLE', `cannot connect to ${where}`, { cause })
  })
  return logIn(stream, endpoint, dialling)
}

function logIn(
  stream: Duplex,
  { host }: TargetEndpoint,
  { target, settings, signal }: Dialling,
): Promise<Client> {
  const client = new Client()
  let untrusted: GatewayError | undefined
  return new Promise((resolve, reject) => {
    const fail = (error: GatewayError) => {
      signal.removeEventListener('abort', aborted)
      client.on('error', () => undefined)
      stream.destroy()
      reject(error)
    }
    const aborted = () => fail(toGatewayError(signal.reason))
    signal.addEventListener('abort', aborted)
    client.once('error', (cause) => fail(untrusted ?? loginError(cause)))
    client.once('close', () => fail(new TargetError('ERR_TARGET_LOST', 'the target hung up')))
    client.once('ready', () => {
      signal.removeEventListener('abort', aborted)
      client.removeAllListeners('error').removeAllListeners('close')
      resolve(client)
    })
    client.on('keyboard-interactive', (...[, , , prompts, finish]) =>
      finish(prompts.map(() => passwordOf(target.credential))),
    )
    const hostVerifier = (presented: Buffer) => {
      untrusted = refusalOf(client, presented, { settings, host })
      return untrusted === undefined
    }
    wholeIdentification(stream)
    gatherWrites(stream)
    client.connect({
      sock: stream,
      hostVerifier,
      algorithms: { ...algorithms, serverHostKey: [...targetHostKeys] },
      readyTimeout: settings.connectMillis,
      keepaliveInterval: keepaliveMillis,
      keepaliveCountMax: maxMissedKeepalives,
      ident: 'Wardgate',
      ...loginWith(target.credential),
    })
    reusePackets(client)
    if (settings.hostAuthorities.length > 0) {
      offerHostCertificates(client, hostCertificateAlgorithms)
      nameRsaCertificates(client)
    }
    if (target.credential.kind === 'key-certificate') presentCertificate(client, target.credential)
  })
}

/** Undefined = it is the host, as soon as the key has signed the exchange. */
function refusalOf(
  client: Client,
  presented: Buffer,
  { settings, host }: { readonly settings: SshSettings; readonly host: string },
): GatewayError | undefined {
  if (!isHostCertificate(presented)) return refusalOfHostKey(settings.hostKeys, presented)
  try {
    const check = { authorities: settings.hostAuthorities, host, nowMillis: Date.now() }
    const { blob: key, type: keyType } = certifiedHostKey(presented, check)
    proveByCertificate(client, { certificate: presented, key, keyType })
    return undefined
  } catch (caught) {
    return toGatewayError(caught)
  }
}

function loginWith(credential: TargetCredential): ConnectConfig {
  switch (credential.kind) {
    case 'password': {
      const { user, password } = credential
      return { username: user, password, tryKeyboard: true }
    }
    case 'private-key': {
      const { user, key, passphrase } = credential
      return { username: user, privateKey: key, ...(passphrase === '' ? {} : { passphrase }) }
    }
    case 'key-certificate':
      return { username: credential.user, privateKey: credential.key }
    case 'none':
      return { username: credential.user }
    default: {
      const message = `a credential of kind ${credential.kind} does not log in by SSH`
      const nextStep = 'An administrator sets a password or a private key on the connection.'
      throw new TargetError('ERR_TARGET_REFUSED_CREDENTIAL', message, { nextStep })
    }
  }
}

function passwordOf(credential: TargetCredential): string {
  return credential.kind === 'password' ? credential.password : ''
}

/** The library marks where its errors come from. Their words may quote the target, never the credential. */
function loginError(cause: Error & { readonly level?: string }): GatewayError {
  if (cause.level === 'client-authentication')
    return new TargetError(
      'ERR_TARGET_REFUSED_CREDENTIAL',
      'the target refused the credential that is registered for this connection',
      { cause },
    )
  if (cause.level === 'client-timeout')
    return new TargetError('ERR_TARGET_UNREACHABLE', 'the target did not finish its login in time')
  const message = 'the target speaks no SSH that this connection accepts'
  return new TargetError('ERR_TARGET_UNREACHABLE', `${message}: ${cause.message}`, { cause })
}
