import { ecdsaClient, ed25519Client, rsaClient } from '../../testing/signing-client'
import { provenKey } from './key-proof'
import { readPublicKey, readPublicKeyLine } from '@wardgate/wire/openssh'

const clients = { ed25519: ed25519Client(), ecdsa: ecdsaClient(), rsa: rsaClient() }

/** Made by ssh-keygen, with what `ssh-keygen -l` says of it. */
const published = {
  line: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMKZPIMfT2v9yEKTAC8BQ+2hOtLQDVoX6TlpKIkfkSAv x',
  fingerprint: 'SHA256:50xWFmMb1E1pdfvApcS74xISMiayNiV7PBDqI052YXU',
}

describe('public keys', () => {
  it('have the fingerprint that OpenSSH prints', () => {
    expect(readPublicKeyLine(published.line)?.fingerprint).toBe(published.fingerprint)
  })

  it.each(Object.entries(clients))('of type %s are read from their line', (_name, { line }) => {
    expect(readPublicKeyLine(line)?.text).toBe(line.split(' ').slice(0, 2).join(' '))
  })

  it.each([
    ['', 'nothing'],
    ['ssh-ed25519', 'no key'],
    [clients.ed25519.line.replace('ssh-ed25519', 'ssh-rsa'), 'another type than the key says'],
    [`command="id" ${clients.ed25519.line}`, 'options in front'],
    [rsaClient(1024).line, 'a short RSA key'],
    ['ssh-dss AAAAB3NzaC1kc3MAAAAA', 'DSA'],
  ])('are refused: %s (%s)', (line) => {
    expect(readPublicKeyLine(line)).toBeUndefined()
  })

  it('are refused when anything stands behind them', () => {
    expect(readPublicKey(Buffer.concat([clients.rsa.publicKey, Buffer.from([0])]))).toBeUndefined()
  })
})

describe('proofs of keys', () => {
  it.each(Object.entries(clients))('of %s are taken for the user they are for', (_name, client) => {
    expect(provenKey(client.prove('web-1'), 'web-1')?.type).toBe(client.line.split(' ')[0])
    expect(provenKey(client.prove('web-1'), 'web-2')).toBeUndefined()
  })

  it('are taken with both digests of RSA, and never with SHA-1', () => {
    const { rsa } = clients
    expect(provenKey(rsa.prove('w', { algorithm: 'rsa-sha2-256' }), 'w')).toBeDefined()
    expect(provenKey(rsa.prove('w', { algorithm: 'ssh-rsa' }), 'w')).toBeUndefined()
  })

  it('are refused for another service', () => {
    expect(provenKey(clients.ed25519.prove('w', { service: 'ssh-userauth' }), 'w')).toBeUndefined()
  })

  it('are refused with any byte changed, or another key', () => {
    const proof = clients.ecdsa.prove('w')
    for (const part of ['signed', 'signature', 'publicKey'] as const)
      for (let at = 0; at < proof[part].length; at += 7) {
        const bytes = Buffer.from(proof[part])
        bytes[at] = (bytes[at] ?? 0) ^ 1
        expect(provenKey({ ...proof, [part]: bytes }, 'w')).toBeUndefined()
      }
    expect(provenKey({ ...proof, publicKey: ecdsaClient().publicKey }, 'w')).toBeUndefined()
  })

  it('are refused when more was signed than a request', () => {
    const { signed } = clients.ed25519.prove('w')
    const proof = clients.ed25519.prove('w')
    expect(
      provenKey({ ...proof, signed: Buffer.concat([signed, Buffer.from([0])]) }, 'w'),
    ).toBeUndefined()
  })
})
