import { TargetError } from '@wardgate/errors'
import type { TargetCredential } from '@wardgate/gateway'
import { ByteWriter } from '@wardgate/wire'
import { certificateTypeOf, putString } from '@wardgate/wire/openssh'
import { utils, type Client } from 'ssh2'
import { replaceKeyLogin } from '../server/raw-messages'

type KeyCertificate = Extract<TargetCredential, { readonly kind: 'key-certificate' }>

const keyAlgorithm = 'ssh-ed25519'
const authenticationRequest = 50

/**
 * Logs in with a certificate in place of the bare key: the library knows none. The request (RFC 4252 section 7) names
 * the certificate's algorithm, and its signature that of the key (PROTOCOL.certkeys).
 */
export function presentCertificate(client: Client, { key, certificate }: KeyCertificate): void {
  const parsed = utils.parseKey(key)
  if (parsed instanceof Error)
    throw new TargetError('ERR_TARGET_REFUSED_CREDENTIAL', 'the key of the certificate is no key')
  replaceKeyLogin(client, (user, sessionId) => {
    const writer = new ByteWriter()
    for (const text of [user, 'ssh-connection', 'publickey']) putString(writer, text)
    putString(putString(writer.u8(1), certificateTypeOf(keyAlgorithm)), certificate)
    const request = Buffer.from(writer.finish())
    const signed = putString(new ByteWriter(), sessionId).u8(authenticationRequest).put(request)
    const signature = putString(new ByteWriter(), keyAlgorithm)
    putString(signature, parsed.sign(Buffer.from(signed.finish())))
    return Buffer.concat([request, putString(new ByteWriter(), signature.finish()).finish()])
  })
}
