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
  row('HTTP-027', 'HTML', typed('text/html', `<p>${email}</p>`), 'MASKED|REFUSED'),
  row('HTTP-027', 'an error', { ...json(record), status: 500 }),
  row('HTTP-031', 'a cookie', json('{}', { 'set-cookie': `mail=${email}; Path=/` })),
  row(
    'HTTP-031',
    'an encoded cookie',
    json('{}', { 'set-cookie': `mail=${encodeURIComponent(email)}` }),
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
