import type { Random } from './random'

/** How clients begin, whole and right; what is sent is these with changes. */
export const openings = {
  http: [
    'GET /shop-api/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n',
    'POST /shop-api/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n\x16\x03\x01\x02\x00',
    webSocket('/shop-api/x'),
    webSocket('/v1/live'),
    '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03',
  ].map((text) => Buffer.from(text, 'latin1')),
  ssh: [
    ssh(
      sshKeyExchange(),
      sshPacket(Buffer.concat([Buffer.from([30]), sshString(Buffer.alloc(32, 9))])),
    ),
  ],
} as const

function webSocket(path: string): string {
  const head = [
    `GET ${path} HTTP/1.1`,
    'Host: a',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version: 13',
  ]
  return `${head.join('\r\n')}\r\n\r\n\x81\x05hello`
}

function ssh(...packets: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), ...packets])
}

/** https://datatracker.ietf.org/doc/html/rfc4253#section-7.1 */
function sshKeyExchange(): Buffer {
  const ciphers = 'aes128-gcm@openssh.com,aes128-ctr'
  const algorithms = [
    'curve25519-sha256,ecdh-sha2-nistp256',
    'ssh-ed25519,ecdsa-sha2-nistp256',
    ...[ciphers, ciphers],
    ...['hmac-sha2-256', 'hmac-sha2-256'],
    ...['none', 'none', '', ''],
  ]
  const names = algorithms.map((list) => sshString(Buffer.from(list)))
  return sshPacket(
    Buffer.concat([Buffer.from([20]), Buffer.alloc(16, 7), ...names, Buffer.alloc(5)]),
  )
}

function sshString(bytes: Buffer): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes])
}

/** https://datatracker.ietf.org/doc/html/rfc4253#section-6 */
function sshPacket(payload: Buffer): Buffer {
  const padding = 12 - ((payload.length + 5) % 8)
  const head = Buffer.concat([uint32(payload.length + padding + 1), Buffer.from([padding])])
  return Buffer.concat([head, payload, Buffer.alloc(padding)])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Some bytes changed, cut off, put in, repeated or made a length of. */
export function changed(opening: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(opening)
  for (let changes = random.below(6); changes > 0; changes -= 1) bytes = change(bytes, random)
  return bytes
}

const lengths = [0, 1, 35_000, 0x7fffffff, 0xffffffff]

function change(bytes: Buffer, random: Random): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (random.below(5)) {
    case 0:
      return Buffer.concat([before, Buffer.from([random.below(256)]), after.subarray(1)])
    case 1:
      return Buffer.from(before)
    case 2:
      return Buffer.concat([
        before,
        Buffer.from(Array.from({ length: random.below(30) }, () => random.below(256))),
        after,
      ])
    case 3:
      return Buffer.concat([before, bytes.subarray(random.below(bytes.length))])
    default:
      return Buffer.concat([before, uint32(random.pick(lengths)), after.subarray(4)])
  }
}
