import type { Algorithms } from 'ssh2'

/**
 * What is offered and accepted, towards clients and targets alike, most wanted first. Strict key exchange is
 * negotiated wherever the peer knows it. No ChaCha20-Poly1305 and no CBC: the two that prefix truncation
 * (CVE-2023-48795) works on where the peer does not. No SHA-1, no NIST curves for key exchange.
 */
export const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'],
  // Compression before or after login is one more way to make a small message large.
  compress: ['none'],
} satisfies Algorithms

/**
 * What clients are offered: anybody may ask for a key exchange, as often as he connects, and one by group 18 takes the
 * agent 10 ms.
 */
export const clientAlgorithms = {
  ...algorithms,
  kex: algorithms.kex.filter((name) => name !== 'diffie-hellman-group18-sha512'),
  serverHostKey: ['ssh-ed25519'],
} satisfies Algorithms

/** Host keys of targets. Targets may be old, so NIST curves and RSA with SHA-2 are let pass: the key is pinned anyway. */
export const targetHostKeys = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const

/** Algorithms by which a client may prove that it holds a key. RSA counts with SHA-2 only. */
export const proofAlgorithms: ReadonlySet<string> = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-256',
  'rsa-sha2-512',
])
