import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { ProtocolError } from '@wardgate/errors'
import { ByteReader } from '../byte-reader'
import { ByteWriter } from '../byte-writer'
import { hasSigned, readPublicKey, type PublicKey } from './public-key'
import { putString, putU64, readString, readU64 } from './strings'

/** OpenSSH's PROTOCOL.certkeys; Ed25519 keys certified by Ed25519 keys, and nothing else. */
export const certificateAlgorithm = 'ssh-ed25519-cert-v01@openssh.com'

const keyType = 'ssh-ed25519'
const types = { user: 1, host: 2 } as const
const nonceBytes = 32
const longestCertificate = 16 * 1024
const mostNames = 256
/** "Valid before" of a certificate that never ends. */
export const forever = 0xffff_ffff_ffff_ffffn

/** What an authority says of a key. Times are seconds since 1970. */
export interface CertificateContent {
  /** Of the key that is certified: an Ed25519 key as SSH sends it. */
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
  readonly signature: Buffer
}

export function encodeCertificate(
  content: CertificateContent,
  authority: Uint8Array,
  sign: (bytes: Uint8Array) => Uint8Array,
): Buffer {
  const writer = putString(new ByteWriter(1024), certificateAlgorithm)
  putString(writer, randomBytes(nonceBytes))
  putString(writer, pointOf(content.subject))
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
  const signature = packed((inner) => putString(putString(inner, keyType), sign(signed)))
  return putString(new ByteWriter(2048).put(signed), signature).finish()
}

/** Throws a ProtocolError for whatever is not exactly of this form. */
export function readCertificate(bytes: Uint8Array): UnverifiedCertificate {
  if (bytes.length > longestCertificate) throw malformed('longer than 16384 bytes')
  const blob = Buffer.from(bytes)
  const reader = new ByteReader(blob)
  if (text(reader) !== certificateAlgorithm) throw malformed('of another algorithm')
  readString(reader)
  const subject = packed((key) => putString(putString(key, keyType), readString(reader)))
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
  const signature = signatureIn(readString(reader))
  reader.expectEnd()
  const times = { validAfter, validBefore }
  const said = { subject, serial, type, keyId, principals, ...times, criticalOptions, extensions }
  return { ...said, authority, signed, signature }
}

/** Whether this very key has signed it. Says nothing of times, names and options. */
export function isCertifiedBy(certificate: UnverifiedCertificate, authority: PublicKey): boolean {
  const { signed, signature } = certificate
  if (readPublicKey(certificate.authority)?.text !== authority.text) return false
  return hasSigned(authority, { algorithm: keyType, signed, signature })
}

function typeOf(value: number): CertificateContent['type'] {
  if (value === types.user) return 'user'
  if (value === types.host) return 'host'
  throw malformed(`of type ${value}`)
}

function pointOf(blob: Uint8Array): Buffer {
  if (readPublicKey(blob)?.type !== keyType) throw malformed('for a key that is not Ed25519')
  const reader = new ByteReader(Buffer.from(blob))
  readString(reader)
  return readString(reader)
}

function signatureIn(blob: Buffer): Buffer {
  const reader = new ByteReader(blob)
  if (text(reader) !== keyType) throw malformed('that is not signed by an Ed25519 key')
  const signature = readString(reader)
  reader.expectEnd()
  return signature
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
