// Where one request ends and the next begins: https://datatracker.ietf.org/doc/html/rfc9112#section-6.3
import { head, post, smuggled } from './message.mjs'

const chunked = 'transfer-encoding: chunked'
const write = (headers, body) => `${head('POST {c}/w/{id}', ...headers)}\r\n${body}${smuggled}`
const lengths = ['0,5', '+5', '0x5', '5 5', '-1', '5;', '1e1', '99999999999999999999']
const codings = [
  'chunked, identity',
  'identity, chunked',
  'xchunked',
  '\x0bchunked',
  'chunked\x00',
  '"chunked"',
]
const chunks = [
  ['a bare line feed', '5\nhello\r\n0\r\n\r\n'],
  ['a bare line feed behind an extension', '5;ext\nhello\r\n0\r\n\r\n'],
  ['a size that overflows', 'fffffffffffffffff\r\nhello\r\n0\r\n\r\n'],
  ['a negative size', '-5\r\nhello\r\n0\r\n\r\n'],
  ['a size in 0x', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a blank before the size', ' 5\r\nhello\r\n0\r\n\r\n'],
  ['more than its size', '3\r\nhello\r\n0\r\n\r\n'],
]
const heads = [
  ['a folded header', 'x: a\r\n content-length: 5'],
  ['a blank before the colon', 'content-length : 5'],
  ['a bare carriage return', 'x: a\rcontent-length: 5'],
  ['a bare line feed', 'x: a\ncontent-length: 5'],
  ['a zero byte', 'x: a\0b'],
  ['a name that is no token', 'x y: a'],
  ['no name', ': a'],
]

export const framingRows = [
  {
    id: 'HTTP-003',
    technique: 'CL.TE',
    send: write(['content-length: 6', chunked], '0\r\n\r\nG'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-003',
    technique: 'TE.CL',
    send: write([chunked, 'content-length: 4'], '5c\r\nGPOST\r\n0\r\n\r\n'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-003',
    technique: 'TE twice',
    send: write([chunked, chunked], '0\r\n\r\n'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-003',
    technique: 'CL twice',
    send: write(['content-length: 0', 'content-length: 5'], 'hello'),
    expect: 'REFUSED',
  },
  ...codings.map((coding) => ({
    id: 'HTTP-003',
    technique: `Transfer-Encoding: ${JSON.stringify(coding)}`,
    send: write([`transfer-encoding: ${coding}`], '0\r\n\r\n'),
    expect: 'REFUSED',
  })),
  ...lengths.map((length) => ({
    id: 'HTTP-005',
    technique: `Content-Length: ${length}`,
    send: write([`content-length: ${length}`], 'hello'),
    expect: 'REFUSED',
  })),
  ...chunks.map(([technique, body]) => ({
    id: 'HTTP-006',
    technique,
    send: write([chunked], body),
    expect: 'REFUSED',
  })),
  ...heads.map(([technique, header]) => ({
    id: 'HTTP-006',
    technique: `a header with ${technique}`,
    send: write([header], ''),
    expect: 'REFUSED',
  })),
  {
    id: 'HTTP-007',
    technique: 'a trailer that would be a header',
    send: `${head('POST {c}/w/{id}', chunked, 'trailer: x-forwarded-user', 'content-type: application/json', 'connection: close')}\r\n2\r\n{}\r\n0\r\nx-forwarded-user: admin\r\n\r\n`,
    expect: 'ALLOWED',
    unseen: ['admin'],
  },
  {
    id: 'HTTP-007',
    technique: 'a body that pretends to be the next request',
    send: post(
      '/w/{id}',
      JSON.stringify({ text: 'GET /secret HTTP/1.1\r\nhost: x\r\n\r\n' }),
      'content-type: application/json',
    ),
    expect: 'ALLOWED',
  },
  {
    id: 'HTTP-007',
    technique: 'a read with a body that pretends to be a request',
    send: `${head('GET {c}/r/{id}', 'content-length: 40', 'content-type: text/plain', 'connection: close')}\r\nGET /smuggled/{id} HTTP/1.1\r\nhost: x\r\n\r\nxxxxx`,
    expect: 'REFUSED|ALLOWED',
  },
]
