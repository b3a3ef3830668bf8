import { gzipSync } from 'node:zlib'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TargetCredential } from '@wardgate/gateway'
import { Stage } from '../testing/stage'
import { EchoMasker } from './echo-masker'
import { EchoStream } from './echo-stream'

const secret = 'sk/live+9"2&f<x>\\tail'

function through(chunks: readonly Buffer[], isPart = false): string {
  const stream = new EchoStream(new EchoMasker([secret]), { isPart })
  return Buffer.concat([...chunks.map((chunk) => stream.write(chunk)), stream.end()]).toString()
}

const forms: readonly (readonly [string, string])[] = [
  ['as it is', secret],
  ['percent-encoded', encodeURIComponent(secret)],
  [
    'percent-encoded in lower case',
    encodeURIComponent(secret).replace(/%../g, (h) => h.toLowerCase()),
  ],
  ['in JSON', JSON.stringify(secret).slice(1, -1)],
  ['in JSON with slashes escaped', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
  ['in JSON within JSON', JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
  ['in HTML', 'sk/live+9&quot;2&amp;f&lt;x&gt;\\tail'],
  ['in hex', Buffer.from(secret).toString('hex')],
  ['in hex of capitals', Buffer.from(secret).toString('hex').toUpperCase()],
  ['backwards', Buffer.from(secret).reverse().toString()],
  ['percent-encoded twice', encodeURIComponent(encodeURIComponent(secret))],
  ['percent-encoded thrice', encodeURIComponent(encodeURIComponent(encodeURIComponent(secret)))],
  ['percent-encoded in every character', escapedIn(secret, (hex) => `%${hex}`)],
  ['percent-encoded in some characters', escapedIn(secret, (hex) => `%${hex}`, 3)],
  ['percent-encoded in its last character', secret.slice(0, -1) + '%6c'],
  ['in JSON in every character', escapedIn(secret, (hex) => `\\u00${hex}`)],
  ['in JSON within JSON in some characters', escapedIn(secret, (hex) => `\\\\u00${hex}`, 2)],
  ['in HTML in every character', escapedIn(secret, (hex) => `&#x${hex};`)],
  ['in HTML in decimal', escapedIn(secret, (hex) => `&#${Number.parseInt(hex, 16)};`, 2)],
  ['in quoted-printable', escapedIn(secret, (hex) => `=${hex.toUpperCase()}`, 4)],
]

function escapedIn(text: string, escape: (hex: string) => string, every = 1): string {
  const shown = (byte: number, at: number) =>
    at % every === 0 ? escape(byte.toString(16)) : String.fromCharCode(byte)
  return Array.from(Buffer.from(text), shown).join('')
}

describe('the credential in what comes back', () => {
  it.each(forms)('is hidden %s, wherever a chunk ends', (_title, form) => {
    const text = Buffer.from(`before ${form} after`)
    for (let at = 0; at <= text.length; at++) {
      const shown = through([text.subarray(0, at), text.subarray(at)])
      expect(shown).toBe(`before ${'[credential]'.padEnd(Buffer.byteLength(form), '*')} after`)
    }
  })

  it('is hidden however often one message shows it', () => {
    const bytes = Buffer.from('%312345678'.repeat(150_000))
    const shown = new EchoMasker(['12345678']).mask(bytes)
    expect(shown.equals(Buffer.alloc(bytes.length, '*'))).toBe(true)
  })

  it('is hidden in UTF-16 of either order', () => {
    const text = Buffer.from(`before ${secret} after`, 'utf16le')
    for (const order of [text, Buffer.from(text).swap16()]) {
      const shown = through([order.subarray(0, 21), order.subarray(21)])
      expect(shown).toContain('[credential]')
      expect(shown.replaceAll('\0', '')).not.toContain('live')
    }
  })

  it.each(['', 'x', 'xy', 'user:'])('is hidden in base64 behind "%s"', (prefix) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const shown = through([Buffer.from(Buffer.from(`${prefix}${secret}zz`).toString(encoding))])
      expect(shown).toContain('[credential]')
      expect(Buffer.from(shown.replace(/\[.*\]\**/, ''), encoding).toString()).not.toContain('live')
    }
  })

  it('holds nothing back that does not begin it', () => {
    const stream = new EchoStream(new EchoMasker([secret]), { isPart: false })
    expect(stream.write(Buffer.from('data: {"a":1}\n\n')).toString()).toBe('data: {"a":1}\n\n')
    expect(stream.write(Buffer.from('data: sk/l')).toString()).toBe('data: ')
    expect(stream.write(Buffer.from('ong\n\n')).toString()).toBe('sk/long\n\n')
  })

  it('shows no piece of it that could be put together from parts of a body', () => {
    const text = Buffer.from(`before ${secret} after`)
    for (let from = 0; from < text.length; from++)
      for (let to = from + 1; to <= text.length; to++) {
        const shown = through([text.subarray(from, to)], true)
        expect(shown).toHaveLength(to - from)
        for (let at = 0; at + 4 <= secret.length; at++)
          expect(shown).not.toContain(secret.slice(at, at + 4))
      }
  })

  it('is not looked for when it is shorter than 8 characters', () => {
    expect(new EchoMasker(['hunter2']).active).toBe(false)
  })
})

/** Shows what it was sent, as many test services do. */
function showRequest(request: IncomingMessage, response: ServerResponse): void {
  const shown = JSON.stringify({ url: request.url, headers: request.headers })
  response.setHeader('x-seen', String(request.headers.authorization ?? request.url))
  response.setHeader('content-type', 'application/json')
  if (request.url?.startsWith('/zipped') === true) {
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(shown))
  } else if (request.url?.startsWith('/odd') === true) {
    response.setHeader('content-encoding', 'compress')
    response.end('?')
  } else response.end(shown)
}

const credentials: readonly (readonly [string, TargetCredential, string])[] = [
  ['a bearer token', { kind: 'bearer', token: 'tok-5f2a91c7e0' }, 'tok-5f2a91c7e0'],
  [
    'a password',
    { kind: 'password', user: 'bob', password: 'correct horse' },
    'Ym9iOmNvcnJlY3QgaG9yc2U',
  ],
  [
    'a key in a header',
    { kind: 'api-key', in: 'header', name: 'X-Api-Key', value: 'TOPSECRETKEY' },
    'TOPSECRETKEY',
  ],
  [
    'a key in the query',
    { kind: 'api-key', in: 'query', name: 'key', value: 'TOP/SECRET+KEY' },
    'SECRET',
  ],
  [
    'AWS keys',
    {
      kind: 'aws',
      accessKeyId: 'AKID',
      secretAccessKey: 'wJalrXUtnFEMIK7MDENG',
      sessionToken: 'session-token-1',
      region: 'eu-west-1',
      service: 's3',
    },
    'session-token-1',
  ],
]

describe('a target that shows what it was sent', () => {
  it.each(credentials)('does not show %s', async (_title, credential, hidden) => {
    const stage = await Stage.start({ target: showRequest, grant: { credential } })
    try {
      for (const path of ['/plain', '/zipped']) {
        const answer = await stage.fetch(path, { headers: { 'accept-encoding': 'gzip' } })
        const body = await answer.text()
        expect(body).toContain('[credential]')
        expect(`${body} ${answer.headers.get('x-seen')}`).not.toContain(hidden)
        expect(body).not.toMatch(/Signature=[0-9a-f]/)
        expect(() => void JSON.parse(body)).not.toThrow()
      }
    } finally {
      await stage.stop()
    }
  })

  it.each([
    ['several parts', { 'content-type': 'multipart/byteranges; boundary=x' }],
    ['a part of a compressed body', { 'content-type': 'text/plain', 'content-encoding': 'gzip' }],
  ])('is withheld when it sends %s', async (_title, headers) => {
    const target = (_request: IncomingMessage, response: ServerResponse) =>
      response.writeHead(206, headers).end('?')
    const credential = { kind: 'bearer', token: 'tok-5f2a91c7e0' } as const
    const stage = await Stage.start({ target, grant: { credential } })
    try {
      const answer = await stage.fetch('/part')
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ code: 'ERR_POLICY_DENIED' })
    } finally {
      await stage.stop()
    }
  })

  it('is withheld when its coding cannot be undone', async () => {
    const [, credential] = credentials[0] ?? []
    const stage = await Stage.start({
      target: showRequest,
      grant: credential ? { credential } : {},
    })
    try {
      const answer = await stage.fetch('/odd')
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({
        detail: expect.stringContaining('compressed in a way') as unknown,
      })
    } finally {
      await stage.stop()
    }
  })
})
