// What a target answers: a rule masks the member `ssn` and every email address; neither may reach the client.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { canary } from '../../corpus/canary.mjs'

export const email = 'canary.7f3a9@example.com'
const record = JSON.stringify({ name: 'Ada', ssn: canary, mail: email, n: 1 })
const json = (body, headers = {}) => ({
  headers: { 'content-type': 'application/json', ...headers },
  body,
})
const typed = (type, body, headers = {}) => ({
  headers: { 'content-type': type, ...headers },
  body,
})
const coded = (coding, bytes) => json(bytes, { 'content-encoding': coding })
/** A frame with one raw block: https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1 */
function zstdOf(text, window = 0x58) {
  const header = (Buffer.byteLength(text) << 3) | 1
  const head = [
    0x28,
    0xb5,
    0x2f,
    0xfd,
    0,
    window,
    header & 0xff,
    (header >> 8) & 0xff,
    header >> 16,
  ]
  return Buffer.concat([Buffer.from(head), Buffer.from(text)])
}
const wide = (text) => ({ bytes: Buffer.from(text, 'utf16le'), shown: text.split('').join('\0') })
const row = (id, technique, answer, expect = 'MASKED', others = {}) => ({
  id,
  technique,
  answer,
  expect,
  ...others,
})
const hex = [...email]
  .map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
  .join('')

export const answerRows = [
  row('HTTP-000', 'control: what nothing masks', json('{"name":"Ada"}'), 'ALLOWED', {
    shows: 'Ada',
  }),
  row('HTTP-000', 'control: the rest of a record', json(record), 'MASKED', { shows: '"Ada"' }),
  row('HTTP-020', 'gzip', coded('gzip', gzipSync(record))),
  row('HTTP-020', 'br', coded('br', brotliCompressSync(record))),
  row('HTTP-020', 'deflate', coded('deflate', deflateSync(record))),
  row(
    'HTTP-020',
    'deflate without its head',
    coded('deflate', deflateRawSync(record)),
    'MASKED|REFUSED',
  ),
  row('HTTP-020', 'zstd', coded('zstd', zstdOf(record))),
  row('HTTP-020', 'a coding in capitals', coded('GZIP', gzipSync(record))),
  row('HTTP-020', 'a coding and none', coded('identity, gzip', gzipSync(record))),
  row('HTTP-020', 'zstd with a window of 128 MiB', coded('zstd', zstdOf(record, 0x88)), 'REFUSED'),
  row('HTTP-020', 'a coding that nobody knows', coded('compress', record), 'REFUSED'),
  row('HTTP-020', 'two codings', coded('gzip, gzip', gzipSync(gzipSync(record))), 'REFUSED'),
  row('HTTP-020', 'no coding, though it says so', coded('gzip', record), 'REFUSED'),
  row(
    'HTTP-022',
    'a part that nobody asked for',
    { ...json(record.slice(10), { 'content-range': 'bytes 10-60/61' }), status: 206 },
    'REFUSED',
  ),
  row('HTTP-022', 'a range that was asked for', json(record), 'MASKED', {
    headers: ['range: bytes=10-40'],
  }),
  row(
    'HTTP-022',
    'ranges in parts',
    typed('multipart/byteranges; boundary=x', `--x\r\n\r\n${record}`),
    'REFUSED',
  ),
  row('HTTP-024', 'the length of what is masked', json(record), 'MASKED', {
    method: 'HEAD',
    hides: 'content-length',
  }),
  row('HTTP-024', 'the validator of what is masked', json(record, { etag: '"1"' }), 'MASKED', {
    hides: 'etag',
  }),
  row('HTTP-026', 'an escaped name', json(record.replace('"ssn"', '"\\u0073sn"'))),
  row('HTTP-026', 'an escaped value', json(`{"mail":"${hex}"}`)),
  row('HTTP-026', 'a name twice', json(`{"ssn":1,"ssn":"${canary}"}`)),
  row('HTTP-026', 'a byte order mark', json(`\ufeff${record}`), 'MASKED|REFUSED'),
  row('HTTP-026', 'a comment', json(`/* ${email} */ {}`), 'MASKED|REFUSED'),
  row('HTTP-026', 'no number', json(`{"a":NaN,"ssn":"${canary}"}`), 'MASKED|REFUSED'),
  row('HTTP-026', 'what comes behind the end', json(`{} ${record}`), 'MASKED|REFUSED'),
  row('HTTP-026', 'an end that is missing', json(`{"ssn":"${canary}`), 'MASKED|REFUSED'),
  row('HTTP-027', 'another case', json(record.replace('ssn', 'SSN'))),
  row('HTTP-027', 'deep in arrays', json(`[[[{"a":[${record}]}]]]`)),
  row('HTTP-027', 'JSON in a string', json(JSON.stringify({ text: record }))),
  row('HTTP-027', 'JSON lines', typed('application/x-ndjson', `${record}\n${record}\n`)),
  row('HTTP-027', 'events', typed('text/event-stream', `data: ${record}\n\n`)),
  row('HTTP-027', 'CSV', typed('text/csv', `name,ssn,mail\nAda,${canary},${email}\n`)),
  row('HTTP-027', 'CSV with quotes', typed('text/csv', `"name","ssn"\n"Ada","${canary}"\n`)),
  row(
    'HTTP-027',
    'a form',
    typed('application/x-www-form-urlencoded', `ssn=${canary}&mail=${encodeURIComponent(email)}`),
  ),
  row(
    'HTTP-027',
    'XML',
    typed('application/xml', `<a><ssn>${canary}</ssn><mail>${email}</mail></a>`),
  ),
  row(
    'HTTP-027',
    'XML in attributes',
    typed('application/xml', `<a ssn="${canary}" mail="${email}"/>`),
  ),
  row(
    'HTTP-027',
    'XML by references',
    typed(
      'application/xml',
      `<mail>${[...email].map((letter) => `&#${letter.charCodeAt(0)};`).join('')}</mail>`,
    ),
  ),
  row('HTTP-027', 'protobuf', typed('application/x-protobuf', record), 'REFUSED'),
  row('HTTP-027', 'MessagePack', typed('application/msgpack', record), 'REFUSED'),
  row('HTTP-027', 'a binary', typed('application/octet-stream', record), 'REFUSED'),
  row('HTTP-027', 'no type', { headers: {}, body: record }, 'REFUSED'),
  row(
    'HTTP-027',
    'two types',
    { headers: { 'content-type': ['text/plain', 'image/png'] }, body: record },
    'REFUSED',
  ),
  row(
    'HTTP-027',
    'another charset',
    typed('application/json; charset=utf-16', Buffer.from(record, 'utf16le')),
    'REFUSED',
  ),
  ...['utf-7', '"utf-16le"', 'ibm037', 'utf-8; charset=utf-7', 'x-user-defined'].map((charset) =>
    row(
      'HTTP-027',
      `charset=${charset}`,
      typed(`text/plain; charset=${charset}`, email.replace('@', '+AEA-')),
      'REFUSED',
      { never: '+AEA-' },
    ),
  ),
  row(
    'HTTP-027',
    'UTF-16 that nobody names',
    typed('text/plain', wide(email).bytes),
    'MASKED|REFUSED',
    {
      never: wide(email).shown,
    },
  ),
  row(
    'HTTP-027',
    'UTF-16 with its mark',
    typed('text/plain', Buffer.concat([Buffer.from([0xff, 0xfe]), wide(email).bytes])),
    'MASKED|REFUSED',
    { never: wide(email).shown },
  ),
  row('HTTP-027', 'JSON in UTF-16 that nobody names', json(wide(record).bytes), 'MASKED|REFUSED', {
    never: wide(email).shown,
  }),
  row('HTTP-027', 'a list of types', typed('application/json, text/plain', record), 'REFUSED'),
  row('HTTP-027', 'parts of other types', typed('multipart/mixed; boundary=x', record), 'REFUSED'),
  row(
    'HTTP-027',
    'JSON lines that end in CR',
    typed('application/x-ndjson', `${record}\r${record}\r`),
  ),
  row(
    'HTTP-027',
    'JSON lines with a mark',
    typed('application/x-ndjson', `\ufeff${record}\r\n`),
    'MASKED|REFUSED',
  ),
  row('HTTP-027', 'JSON that says it is text', typed('text/plain', record), 'MASKED|REFUSED'),
  ...[
    ['ended by CR', `data: ${record}\r\r`],
    ['ended by CR, LF and both', `data: ${record}\r\n\ndata: ${record}\n\r\n`],
    ['over several lines', `data: {"ssn":\ndata: "${canary}",\ndata: "mail":"${email}"}\n\n`],
    ['behind a mark', `\ufeffdata: ${record}\n\n`],
    ['without its end', `data: ${record}`],
    ['in the id', `id: ${email}\ndata: {}\n\n`],
    ['in the name of the event', `event: ${email}\ndata: {}\n\n`],
    ['in retry', `retry: ${email}\ndata: {}\n\n`],
    ['in a comment', `: ${email}\n\n`],
    ['in a field that nobody knows', `x: ${email}\ndata: {}\n\n`],
  ].map(([where, body]) =>
    row('HTTP-027', `events ${where}`, typed('text/event-stream', body), 'MASKED|REFUSED'),
  ),
  row('HTTP-027', 'HTML', typed('text/html', `<p>${email}</p>`), 'MASKED|REFUSED'),
  row('HTTP-027', 'an error', { ...json(record), status: 500 }),
  row('HTTP-031', 'a cookie', json('{}', { 'set-cookie': `mail=${email}; Path=/` })),
  row(
    'HTTP-031',
    'an encoded cookie',
    json('{}', { 'set-cookie': `mail=${encodeURIComponent(email)}` }),
  ),
  row(
    'HTTP-031',
    'the name of a file',
    json('{}', {
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(email)}`,
    }),
  ),
  row('HTTP-031', 'Refresh', json('{}', { refresh: '0; url=http://evil.test' }), 'MASKED', {
    never: 'evil.test',
  }),
  ...[
    '//evil.test/x',
    '/\\evil.test',
    '\\\\evil.test',
    'http://gate@evil.test',
    'https:///evil.test',
    'javascript:evil.test',
  ].map((location) =>
    row(
      'HTTP-031',
      `a redirect to ${location}`,
      { ...json('{}', { location }), status: 302 },
      'REFUSED|MASKED',
      { never: 'evil.test' },
    ),
  ),
  row('HTTP-031', 'Link', json('{}', { link: `</a?m=${email}>; rel=next` })),
  row('HTTP-031', 'Location', { ...json('{}', { location: `/a?mail=${email}` }), status: 302 }),
  row('HTTP-031', 'a header for debugging', json('{}', { 'x-debug': `user=${email}` })),
  row('HTTP-031', 'Server-Timing', json('{}', { 'server-timing': `db;desc="${email}"` })),
  row('HTTP-031', 'a trailer', { ...json('{}'), trailers: { 'x-mail': email } }),
  row(
    'HTTP-031',
    'a redirect to another host',
    { ...json('{}', { location: `http://evil.test/?${email}` }), status: 302 },
    'REFUSED',
  ),
  row('HTTP-031', 'the reason of a status', { ...json('{}'), reason: `OK ${email}` }),
]
