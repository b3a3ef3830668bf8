import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { ProtocolError } from '@wardgate/errors'
import { ByteReader } from '../byte-reader'
import { ByteWriter } from '../byte-writer'
import { hasSigned, readPublicKey, type PublicKey } from './public-key'
import { readSignature, type Signature } from './signature'
import { putString, putU64, readString, readU64 } from './strings'

/** OpenSSH's PROTOCOL.certkeys. What we issue is signed by Ed25519 keys. */
const suffix = '-cert-v01@openssh.com'
const authorityType = 'ssh-ed25519'
const types = { user: 1, host: 2 } as const
const nonceBytes = 32
const longestCertificate = 16 * 1024
const mostNames = 256
/** "Valid before" of a certificate that never ends. */
export const forever = 0xffff_ffff_ffff_ffffn

/** What an authority says of a key. Times are seconds since 1970. */
export interface CertificateContent {
  /** The key that is certified, as SSH sends it. */
  readonly subject: Uint8Array
  readonly serial: bigint
  readonly type: keyof typeof types
  readonly keyId: string
  /** Names it may be used for. OpenSSH takes none for all; here it is none. */
  readonly principals: readonly string[]
  readonly validAfter: bigint
  readonly validBefore: bigint
  /** Who does not know one of these must refuse the certificate. */
  readonly criticalOptions: readonly NamedOption[]
  readonly extensions: readonly NamedOption[]
}

/** What a certificate of such a key is called. */
export function certificateTypeOf(keyType: string): string {
  return keyType + suffix
}

/** By what a login with a certificate is signed, by the name of its algorithm; undefined = it is none of a certificate. */
export function signedByOf(certificateAlgorithm: string): string | undefined {
  const isOne = certificateAlgorithm.endsWith(suffix)
  return isOne ? certificateAlgorithm.slice(0, -suffix.length) : undefined
}

export interface NamedOption {
  readonly name: string
  /** Empty = a flag. */
  readonly value: string
}

/** As it was read: nothing of it is proven before `isCertifiedBy`. */
export interface UnverifiedCertificate extends CertificateContent {
  /** Of the key that is said to have signed it, as SSH sends it. */
  readonly authority: Buffer
  readonly signed: Buffer
  readonly signature: Signature
}

export function encodeCertificate(
  content: CertificateContent,
  authority: Uint8Array,
  sign: (bytes: Uint8Array) => Uint8Array,
): Buffer {
  const subject = subjectOf(content.subject)
  const writer = putString(new ByteWriter(1024), certificateTypeOf(subject.type))
  putString(writer, randomBytes(nonceBytes)).put(subject.fields)
  putU64(writer, content.serial).u32(types[content.type])
  putString(writer, content.keyId)
  putString(
    writer,
    packed((list) => content.principals.forEach((name) => putString(list, name))),
  )
  putU64(putU64(writer, content.validAfter), content.validBefore)
  putString(writer, packedOptions(content.criticalOptions))
  putString(writer, packedOptions(content.extensions))
  putString(writer, '')
  const signed = Buffer.from(putString(writer, authority).finish())
  const signature = packed((inner) => putString(putString(inner, authorityType), sign(signed)))
  return putString(new ByteWriter(2048).put(signed), signature).finish()
}

/** Throws a ProtocolError for whatever is not exactly of this form. */
export function readCertificate(bytes: Uint8Array): UnverifiedCertificate {
  if (bytes.length > longestCertificate) throw malformed('longer than 16384 bytes')
  const blob = Buffer.from(bytes)
  const reader = new ByteReader(blob)
  const keyType = signedByOf(text(reader))
  const fields = fieldCounts.get(keyType ?? '')
  if (keyType === undefined || fields === undefined) throw malformed('of another algorithm')
  readString(reader)
  const subject = packed((key) => {
    putString(key, keyType)
    for (let count = 0; count < fields; count += 1) putString(key, readString(reader))
  })
  if (readPublicKey(subject) === undefined) throw malformed('with a key that is none')
  const serial = readU64(reader)
  const type = typeOf(reader.u32())
  const keyId = text(reader)
  const principals = listOf(readString(reader), (list) => text(list))
  const [validAfter, validBefore] = [readU64(reader), readU64(reader)]
  const criticalOptions = optionsOf(readString(reader))
  const extensions = optionsOf(readString(reader))
  readString(reader)
  const authority = readString(reader)
  const signed = blob.subarray(0, reader.position)
  const signature = readSignature(readString(reader))
  reader.expectEnd()
  const times = { validAfter, validBefore }
  const said = { subject, serial, type, keyId, principals, ...times, criticalOptions, extensions }
  return { ...said, authority, signed, signature }
}

/** Whether this very key has signed it. Says nothing of times, names and options. */
export function isCertifiedBy(certificate: UnverifiedCertificate, authority: PublicKey): boolean {
  const { signed, signature } = certificate
  if (readPublicKey(certificate.authority)?.text !== authority.text) return false
  return hasSigned(authority, { signed, ...signature })
}

function typeOf(value: number): CertificateContent['type'] {
  if (value === types.user) return 'user'
  if (value === types.host) return 'host'
  throw malformed(`of type ${value}`)
}

/** Strings and numbers that a public key has behind its type; a certificate has the same ones. */
const fieldCounts: ReadonlyMap<string, number> = new Map([
  ['ssh-ed25519', 1],
  ['ecdsa-sha2-nistp256', 2],
  ['ecdsa-sha2-nistp384', 2],
  ['ecdsa-sha2-nistp521', 2],
  ['ssh-rsa', 2],
])

function subjectOf(blob: Uint8Array): { readonly type: string; readonly fields: Buffer } {
  const type = readPublicKey(blob)?.type
  if (type === undefined) throw malformed('for a key that is none')
  const reader = new ByteReader(Buffer.from(blob))
  readString(reader)
  return { type, fields: reader.rest() }
}

/** Names in order, each once, each with a packed string or nothing. */
function optionsOf(bytes: Buffer): NamedOption[] {
  const options = listOf(bytes, (list) => {
    const name = text(list)
    const data = readString(list)
    return { name, value: data.length === 0 ? '' : (listOf(data, text)[0] ?? '') }
  })
  if (options.some(({ name }, at) => at > 0 && name <= (options[at - 1]?.name ?? '')))
    throw malformed('with options out of order')
  return options
}

function packedOptions(options: readonly NamedOption[]): Buffer {
  const sorted = [...options].sort((a, b) => (a.name < b.name ? -1 : 1))
  return packed((list) => {
    for (const { name, value } of sorted)
      putString(putString(list, name), value === '' ? '' : packed((data) => putString(data, value)))
  })
}

function listOf<T>(bytes: Buffer, read: (list: ByteReader) => T): T[] {
  const list = new ByteReader(bytes)
  const items: T[] = []
  while (list.remaining > 0) {
    if (items.length >= mostNames) throw malformed(`with more than ${mostNames} names`)
    items.push(read(list))
  }
  return items
}

function packed(put: (writer: ByteWriter) => unknown): Buffer {
  const writer = new ByteWriter()
  put(writer)
  return Buffer.from(writer.finish())
}

function text(reader: ByteReader): string {
  const bytes = readString(reader)
  if (!isUtf8(bytes)) throw malformed('with a text that is not valid UTF-8')
  return bytes.toString()
}

function malformed(what: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', `an OpenSSH certificate ${what}`)
}
