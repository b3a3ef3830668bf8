import { execFileSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  certificateTypeOf,
  encodeCertificate,
  isCertifiedBy,
  openSshPrivateKey,
  publicBlobOf,
  readCertificate,
  readPublicKey,
  readPublicKeyLine,
  type CertificateContent,
} from '.'

const authority = generateKeyPairSync('ed25519')
const authorityBlob = publicBlobOf(authority.publicKey)
const authorityKey = readPublicKey(authorityBlob)!
const subject = publicBlobOf(generateKeyPairSync('ed25519').publicKey)

const content: CertificateContent = {
  subject,
  serial: 0x1234_5678_9abc_def0n,
  type: 'user',
  keyId: 'principal 1',
  principals: ['web-1', 'web-2'],
  validAfter: 1_700_000_000n,
  validBefore: 1_800_000_000n,
  criticalOptions: [{ name: 'source-address', value: '10.0.0.0/8' }],
  extensions: [
    { name: 'permit-pty', value: '' },
    { name: 'a@b', value: 'c' },
  ],
}

const encoded = (change: Partial<CertificateContent> = {}) =>
  encodeCertificate({ ...content, ...change }, authorityBlob, (bytes) =>
    sign(null, bytes, authority.privateKey),
  )

describe('a certificate', () => {
  it('says what was written into it, and who signed that', () => {
    const read = readCertificate(encoded())
    expect(read).toMatchObject({
      ...content,
      subject: Buffer.from(subject),
      extensions: [...content.extensions].reverse(),
    })
    expect(isCertifiedBy(read, authorityKey)).toBe(true)
  })

  it('is not certified by another key, whatever it says', () => {
    const other = publicBlobOf(generateKeyPairSync('ed25519').publicKey)
    const forged = encodeCertificate(content, authorityBlob, (bytes) =>
      sign(null, bytes, generateKeyPairSync('ed25519').privateKey),
    )
    expect(isCertifiedBy(readCertificate(forged), authorityKey)).toBe(false)
    expect(isCertifiedBy(readCertificate(encoded()), readPublicKey(other)!)).toBe(false)
  })

  it('is worth nothing with any byte changed, cut off or added', () => {
    const whole = encoded()
    const isGood = (bytes: Buffer) => {
      try {
        return isCertifiedBy(readCertificate(bytes), authorityKey)
      } catch {
        return false
      }
    }
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(isGood(changed)).toBe(false)
      expect(isGood(whole.subarray(0, at))).toBe(false)
    }
    expect(isGood(Buffer.concat([whole, Buffer.of(0)]))).toBe(false)
  })

  it('has a bound on names and on its length', () => {
    const principals = Array.from({ length: 257 }, (_, at) => `p${at}`)
    expect(() => readCertificate(encoded({ principals }))).toThrow('more than 256 names')
    expect(() => readCertificate(encoded({ keyId: 'x'.repeat(20_000) }))).toThrow('longer than')
  })
})

describe('with ssh-keygen', () => {
  let folder: string
  const path = (name: string) => join(folder, name)
  const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { encoding: 'utf8' })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wardgate-certificate-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('ours reads as it was meant', () => {
    const bytes = encoded({ criticalOptions: [{ name: 'force-command', value: 'id' }] })
    writeFileSync(
      path('ours-cert.pub'),
      `${certificateTypeOf('ssh-ed25519')} ${bytes.toString('base64')} x\n`,
    )
    const shown = keygen('-L', '-f', path('ours-cert.pub'))
    expect(shown).toMatch(/Type: ssh-ed25519-cert-v01@openssh.com user certificate/)
    expect(shown).toContain(`Signing CA: ED25519 ${authorityKey.fingerprint}`)
    expect(shown).toContain('Key ID: "principal 1"')
    expect(shown).toContain(`Serial: ${content.serial}`)
    expect(shown).toMatch(/Principals:\s+web-1\s+web-2/)
    expect(shown).toMatch(/Critical Options:\s+force-command id/)
    expect(shown).toContain('permit-pty')
  })

  it('theirs reads as they meant it', () => {
    for (const name of ['ca', 'key']) keygen('-q', '-t', 'ed25519', '-N', '', '-f', path(name))
    const options = ['-O', 'force-command=id', '-O', 'no-pty', '-V', '20260101Z:20270101Z']
    keygen('-q', '-s', path('ca'), '-I', 'theirs', '-z', '7', '-n', 'a,b', ...options, path('key'))
    const [, base64 = ''] = readFileSync(path('key-cert.pub'), 'utf8').split(' ')
    const read = readCertificate(Buffer.from(base64, 'base64'))
    expect(read).toMatchObject({
      type: 'user',
      serial: 7n,
      keyId: 'theirs',
      principals: ['a', 'b'],
      validAfter: BigInt(Date.UTC(2026, 0, 1) / 1000),
      validBefore: BigInt(Date.UTC(2027, 0, 1) / 1000),
      criticalOptions: [{ name: 'force-command', value: 'id' }],
    })
    expect(read.extensions.map(({ name }) => name)).not.toContain('permit-pty')
    const ca = readPublicKeyLine(readFileSync(path('ca.pub'), 'utf8'))!
    expect(isCertifiedBy(read, ca)).toBe(true)
    expect(isCertifiedBy(read, authorityKey)).toBe(false)
  })

  it.each([
    ['rsa', '2048'],
    ['ecdsa', '256'],
    ['ecdsa', '384'],
    ['ecdsa', '521'],
  ])('a key of theirs, %s of %s bits, is certified by us and certifies for us', (type, bits) => {
    const name = `${type}-${bits}`
    keygen('-q', '-t', type, '-b', bits, '-N', '', '-f', path(name))
    const theirs = readPublicKeyLine(readFileSync(path(`${name}.pub`), 'utf8'))!
    const ours = encoded({ subject: theirs.blob })
    expect(theirs.blob.equals(readCertificate(ours).subject)).toBe(true)
    writeFileSync(
      path(`${name}-ours-cert.pub`),
      `${certificateTypeOf(theirs.type)} ${ours.toString('base64')} x\n`,
    )
    expect(keygen('-L', '-f', path(`${name}-ours-cert.pub`))).toContain(
      `Public key: ${type.toUpperCase()}-CERT ${theirs.fingerprint}`,
    )
    keygen('-q', '-t', 'ed25519', '-N', '', '-f', path(`${name}-subject`))
    const made = ['-s', path(name), '-h', '-I', 'theirs', '-n', 'host', path(`${name}-subject`)]
    keygen('-q', ...made)
    const [, base64 = ''] = readFileSync(path(`${name}-subject-cert.pub`), 'utf8').split(' ')
    const read = readCertificate(Buffer.from(base64, 'base64'))
    expect(isCertifiedBy(read, theirs)).toBe(true)
    expect(isCertifiedBy(read, authorityKey)).toBe(false)
  })

  it('a private key of ours is one of theirs', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(path('private'), openSshPrivateKey(privateKey, 'a comment'), { mode: 0o600 })
    const [type, base64] = keygen('-y', '-f', path('private')).split(' ')
    expect(`${type} ${base64}`.trim()).toBe(
      `ssh-ed25519 ${publicBlobOf(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())).toString('base64')}`,
    )
  })
})
