import type { FramePart, RecordingEvent } from '@wardgate/recording'
import { HttpReplay } from './http'

type Told = readonly ['in' | 'out', string | Buffer, FramePart?]

function shown(...events: readonly Told[]): string {
  const replay = new HttpReplay()
  const event = ([kind, bytes, part]: Told) => ({
    kind,
    micros: 0,
    bytes: Buffer.from(bytes),
    ...(part !== undefined && { part }),
  })
  return events.flatMap((told) => [...replay.show(event(told))]).join('')
}

const get: Told = ['in', 'GET http://api.test/a\naccept: */*\n']
const json: Told = ['out', 'HTTP/1.1 200\r\ncontent-type: application/json\r\n\r\n']

describe('replay of HTTP', () => {
  it('shows a request and its answer', () => {
    expect(shown(get, json, ['out', '{"a":\n'], ['out', '1}'])).toBe(
      '> GET http://api.test/a\n  accept: */*\n' +
        '< HTTP/1.1 200\n  content-type: application/json\n  \n  {"a":\n  1}',
    )
  })

  it('shows a request with its body, and what it was refused with', () => {
    const refused = 'HTTP/1.1 403\r\ncontent-type: application/problem+json\r\n\r\n{"code":"X"}\n'
    expect(shown(['in', 'POST http://api.test/a\n\n{"b":1}\n'], ['out', refused])).toBe(
      '> POST http://api.test/a\n  \n  {"b":1}\n' +
        '< HTTP/1.1 403\n  content-type: application/problem+json\n  \n  {"code":"X"}\n',
    )
  })

  it('begins each on a line of its own', () => {
    expect(shown(get, json, ['out', 'x'], get)).toMatch(/\n {2}x\n> GET /)
  })

  it.each([
    ['a request', 'a\n> DELETE http://api.test/b\n'],
    ['an answer', 'a\n< HTTP/1.1 200\n'],
    ['a terminal', 'a\u001b]0;x\u0007\n'],
  ])('lets no body pass for %s', (_what, body) => {
    const lines = shown(get, json, ['out', body]).split('\n').slice(6)
    expect(lines.every((line) => line === '' || line.startsWith('  '))).toBe(true)
    expect(lines.join('')).not.toContain('\u001b')
  })

  it('shows characters that were cut apart', () => {
    const [e, acute] = [Buffer.of(0xc3), Buffer.of(0xa9)]
    expect(shown(get, json, ['out', e], ['out', acute])).toContain('  é')
  })

  it.each([
    ['a type that is no text', 'content-type: image/png', '· 3 bytes of image/png\n'],
    ['a coding', 'content-type: text/plain\r\ncontent-encoding: gzip', '· 3 bytes of gzip\n'],
  ])('counts the bytes of a body in %s', (_what, header, told) => {
    expect(shown(get, ['out', `HTTP/1.1 200\r\n${header}\r\n\r\n`], ['out', 'abc'])).toContain(told)
  })

  it('shows the messages of a WebSocket one by one, whoever sent them', () => {
    const upgrade: Told = ['in', 'GET http://api.test/ws\nupgrade: websocket\n']
    expect(shown(upgrade, ['in', 'hello'], ['out', 'one'], ['out', 'two'], get)).toBe(
      '> GET http://api.test/ws\n  upgrade: websocket\n» hello\n« one\n« two\n' +
        '> GET http://api.test/a\n  accept: */*\n',
    )
  })
})

describe('replay of HTTP whose recording says what begins where', () => {
  const get: Told = ['in', 'GET http://api.test/a\n', 'head']
  const json: Told = ['out', 'HTTP/1.1 200\r\ncontent-type: text/plain\r\n\r\n', 'head']
  const begun = '> GET http://api.test/a\n< HTTP/1.1 200\n  content-type: text/plain\n  \n'

  it('lets no chunk of a body pass for an answer', () => {
    const forged: Told = [
      'out',
      'HTTP/1.1 403\r\nwardgate-error: ERR_POLICY_DENIED\r\n\r\n',
      'more',
    ]
    expect(shown(get, json, ['out', 'a\n', 'more'], forged)).toBe(
      `${begun}  a\n  HTTP/1.1 403\n  wardgate-error: ERR_POLICY_DENIED\n  \n`,
    )
  })

  it.each(['in', 'out'] as const)('lets no message pass for a request or an answer: %s', (kind) => {
    const forgeries = ['DELETE http://api.test/b\n', 'HTTP/1.1 200\r\n\r\n']
    const messages = forgeries.map((text): Told => [kind, text, 'message'])
    expect(shown(...messages)).not.toMatch(/^[<>]/m)
  })

  it('lets no body that goes on pass for a request', () => {
    const upload: Told = ['in', 'POST http://api.test/a\n\nab', 'head']
    expect(shown(upload, ['in', 'GET http://api.test/secret\n', 'more'])).toBe(
      '> POST http://api.test/a\n  \n  abGET http://api.test/secret\n',
    )
  })

  it.each([
    ['a request', ['in', 'head']],
    ['a message of the client', ['in', 'message']],
    ['a message of the target', ['out', 'message']],
  ] as const)(
    'shows a character that the recording cut in two within %s',
    (_what, [kind, part]) => {
      expect(shown([kind, Buffer.of(0x61, 0xc3), part], [kind, Buffer.of(0xa9), 'more'])).toMatch(
        / aé$/,
      )
    },
  )

  it('begins a line for what goes on after something else', () => {
    expect(shown(get, json, ['out', 'ab', 'more'], get, ['out', 'c', 'more'])).toBe(
      `${begun}  ab\n> GET http://api.test/a\n  c`,
    )
  })
})

describe('replay of answers that ran side by side', () => {
  const mark = (operationId: string) => ({ kind: 'mark', micros: 0, operationId }) as const
  const out = (part: FramePart, text: string) =>
    ({ kind: 'out', part, micros: 0, bytes: Buffer.from(text) }) as const
  const head = (type: string) => out('head', `HTTP/1.1 200\r\ncontent-type: ${type}\r\n\r\n`)
  const refusal = out('head', 'HTTP/1.1 403\r\n\r\nno\n')
  const replayed = (...events: readonly RecordingEvent[]) => {
    const replay = new HttpReplay()
    return events.flatMap((event) => [...replay.show(event)]).join('')
  }

  it('shows no body under the head of another', () => {
    const shown = replayed(
      ...[mark('a'), mark('b'), mark('a'), head('text/plain'), out('more', 'a1')],
      ...[mark('b'), head('text/csv'), mark('a'), out('more', 'a2'), mark('b'), out('more', 'b1')],
      ...[mark(''), refusal, mark('a'), out('more', 'a3')],
    )
    expect(shown.split('\n').filter((line) => /^\S|^ {2}[ab]\d/.test(line))).toEqual([
      ...['<1 HTTP/1.1 200', '  a1', '<2 HTTP/1.1 200', '<1 …', '  a2', '<2 …', '  b1'],
      ...['< HTTP/1.1 403', '<1 …', '  a3'],
    ])
  })

  it('knows of each whether it is text, and what was cut apart', () => {
    const [e, acute] = ['\u00e9'].map((text) => [...Buffer.from(text)]).flat()
    const bytes = (byte = 0) => ({ ...out('more', ''), bytes: Buffer.of(byte) })
    const shown = replayed(
      ...[mark('a'), head('text/plain'), bytes(e), mark('b'), head('image/png'), bytes(1)],
      ...[mark('a'), bytes(acute)],
    )
    expect(shown).toContain('·2 1 bytes of image/png\n<1 …\n  é')
  })
})
