import {
  field,
  frame,
  goAway,
  headers,
  ping,
  reset,
  setting,
  settings,
  text,
  trailers,
  uint32s,
  windowUpdate,
} from './frames'
import type { Asked } from './http2-target'

const plain = { ':status': '200', 'content-type': 'text/plain' }
const begun = (stream: number) => headers(stream, plain)
const whole = (stream: number) => Buffer.concat([begun(stream), text(stream, 'whole')])
const filler = field('x-filler', 'y'.repeat(100))
const unended = (stream: number) => frame(1, 0, stream, field(':status', '200'))
const more = (stream: number) => frame(9, 0, stream, filler)

type Answer = (asked: Asked) => void

/** Fields and nothing behind them. */
const only =
  (fields: Readonly<Record<string, string>>): Answer =>
  ({ stream, send }) =>
    send(headers(stream, fields, true))

const withBody =
  (fields: Readonly<Record<string, string>>, body: string): Answer =>
  ({ stream, send }) =>
    send(headers(stream, fields), text(stream, body))

const ofLength = (length: string, body: string) =>
  withBody({ ...plain, 'content-length': length }, body)

export type HostileAnswer = readonly [what: string, answer: Answer]

const ends: readonly HostileAnswer[] = [
  ['GOAWAY instead of an answer', ({ send }) => send(goAway())],
  [
    'GOAWAY within an answer',
    ({ stream, send }) => send(begun(stream), goAway(), text(stream, 'a')),
  ],
  ['GOAWAY with an error behind an answer', ({ stream, send }) => send(whole(stream), goAway(11))],
  ['GOAWAY for ever', ({ flood }) => flood(goAway())],
  ['a reset', ({ stream, send }) => send(reset(stream, 7))],
  ['a reset for no error', ({ stream, send }) => send(reset(stream, 0))],
  ['a reset within an answer', ({ stream, send }) => send(begun(stream), reset(stream, 2))],
  ['a reset twice', ({ stream, send }) => send(reset(stream, 8), reset(stream, 8), ping())],
  ['a reset of what it did not open', ({ send }) => send(reset(2_001, 8))],
  ['silence', () => undefined],
  ['silence within an answer', ({ stream, send }) => send(begun(stream))],
]

const floods: readonly HostileAnswer[] = [
  ['headers that do not end', ({ stream, send }) => send(unended(stream))],
  [
    'CONTINUATION for ever',
    ({ stream, send, flood }) => (send(unended(stream)), flood(more(stream))),
  ],
  [
    'empty CONTINUATION for ever',
    ({ stream, send, flood }) => (send(unended(stream)), flood(frame(9, 0, stream))),
  ],
  ['SETTINGS for ever', ({ flood }) => flood(settings())],
  ['PING for ever', ({ flood }) => flood(ping())],
  [
    'empty DATA for ever',
    ({ stream, send, flood }) => (send(begun(stream)), flood(text(stream, '', false))),
  ],
  [
    'interim answers for ever',
    ({ stream, flood }) => flood(headers(stream, { ':status': '103', link: '</a>' })),
  ],
  ['WINDOW_UPDATE for ever', ({ flood }) => flood(windowUpdate(0, 1))],
  [
    'a window that overflows',
    ({ send }) => send(windowUpdate(0, 0x7fffffff), windowUpdate(0, 0x7fffffff)),
  ],
  [
    'a window of a stream that overflows',
    ({ stream, send }) => send(windowUpdate(stream, 0x7fffffff)),
  ],
  ['no increment', ({ stream, send }) => send(windowUpdate(stream, 0))],
  ['no window for bodies', ({ send }) => send(setting(4, 0))],
  ['frames smaller than there are', ({ send }) => send(setting(5, 1))],
]

const forbidden: readonly HostileAnswer[] = [
  [
    'a promise',
    ({ stream, send }) =>
      send(frame(5, 4, stream, Buffer.concat([uint32s(2), filler])), whole(stream)),
  ],
  ['an answer that nobody asked for', ({ send }) => send(whole(2_001))],
  ['an answer without a status', only({ a: 'b' })],
  ['a status that is none', only({ ':status': '2x0' })],
  ['101', only({ ':status': '101' })],
  ['a request', only({ ':method': 'GET', ':path': '/' })],
  ['names in capitals', only({ ...plain, 'X-Big': 'a' })],
  ['a line break in a value', only({ ...plain, 'x-a': 'b\r\nset-cookie: c=d' })],
  ['a header of the hop', only({ ...plain, connection: 'close' })],
  [
    'a table index that is none',
    ({ stream, send }) => send(frame(1, 5, stream, Buffer.of(0xff, 0xff, 0xff, 0x07))),
  ],
  ['DATA behind the end', ({ stream, send }) => send(whole(stream), text(stream, 'more'))],
  ['DATA before the headers', ({ stream, send }) => send(text(stream, 'early'))],
  [
    'trailers that are a status',
    ({ stream, send }) => send(begun(stream), headers(stream, { ':status': '500' }, true)),
  ],
  [
    'trailers of the hop',
    ({ stream, send }) =>
      send(
        begun(stream),
        headers(stream, { connection: 'close', 'transfer-encoding': 'chunked' }, true),
      ),
  ],
  ['trailers twice', ({ stream, send }) => send(begun(stream), trailers(stream), trailers(stream))],
]

const lengths: readonly HostileAnswer[] = [
  ['204 with a body', withBody({ ':status': '204' }, 'smuggled')],
  ['304 with a body', withBody({ ':status': '304' }, 'smuggled')],
  ['less than its length', ofLength('50', 'short')],
  ['more than its length', ofLength('2', 'longer than that')],
  ['two lengths', ofLength('5, 7', 'whole')],
  ['a length that is none', ofLength('-1', 'whole')],
]

/** What a target may do with a request over HTTP/2 that it should not. */
export const hostileAnswers: readonly HostileAnswer[] = [
  ...ends,
  ...floods,
  ...forbidden,
  ...lengths,
]
