import { loadShellParser } from '@wardgate/shell'
import { loadParser } from '@wardgate/sql'
import { factsOf, shown, type RequestParts } from '../testing/reference'

beforeAll(async () => {
  await Promise.all([loadParser(), loadShellParser()])
})

const overridingHeaders = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x_http_method_override',
  'x-method',
  'x-original-url',
  'x-rewrite-url',
  'x_original_url',
  'x-forwarded-uri',
  'x-original-method',
]
const overridingPairs = [
  '_method=DELETE',
  '_METHOD=delete',
  'a=1&_method=PUT',
  '%5fmethod=DELETE',
  '_method',
  'x-http-method-override=DELETE',
  '_httpMethod=DELETE',
  'a=1;_method=DELETE',
]
const methods = [
  'PROPFIND',
  'MOVE',
  'COPY',
  'PURGE',
  'QUERY',
  'LOCK',
  'MKCOL',
  'SEARCH',
  'delete',
  'Delete',
  'DELETE\t',
  'GETT',
  'LINK',
  'UNLINK',
  'BREW',
  '__proto__',
  'constructor',
  'REPORT',
]
const bodies: readonly (readonly [string, string | Uint8Array])[] = [
  ['', '{"amount":1}'],
  ['text/plain', '{"amount":1}'],
  ['text/plain;charset=utf-8', '{"amount":1}'],
  ['application/x-yaml', 'amount: 1'],
  ['text/yaml', 'amount: 1'],
  ['application/xml', '<amount>1</amount>'],
  ['text/xml', '<a/>'],
  ['application/soap+xml', '<a/>'],
  ['multipart/form-data; boundary=x', '--x--'],
  [
    'multipart/mixed; boundary=x',
    '--x\r\nContent-Type: application/http\r\n\r\nDELETE /users/1 HTTP/1.1\r\n--x--',
  ],
  ['application/x-ndjson', '{"delete":{"_id":1}}\n'],
  ['application/octet-stream', 'x'],
  ['application/msgpack', '\x81'],
  ['application/cbor', '\xa1'],
  ['application/x-protobuf', '\x08\x01'],
  ['application/json; charset=utf-16', Buffer.from('{"a":1}', 'utf16le')],
  ['application/json; charset=utf-7', '{"a":1}'],
  ['application/json;charset="UTF-32"', '{"a":1}'],
  ['application/json', Buffer.from('{"a":1}', 'utf16le')],
  ['application/json', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['application/json', '\ufeff{"a":1}'],
  ['application/json', '{"amount":1,"amount":1000000}'],
  ['application/json', '{"amount":1,"Amount":1000000}'],
  ['application/json', '{"amount":1,"\\u0061mount":1000000}'],
  ['application/json', '{"amount":1,"amount ":2}'],
  ['application/json', '{"amount":1,"ａmount":2}'],
  ['application/json', '{"a":{"b":1,"b":2}}'],
  ['application/json', '[{"b":1},{"b":1,"B":2}]'],
  ['application/json', '{"__proto__":{"admin":true}}'],
  ['application/json', '{"a":{"__proto__":1}}'],
  ['application/json', '{"amount":1e400}'],
  ['application/json', '{"amount":-1e999}'],
  ['application/json', '{"amount":NaN}'],
  ['application/json', '{"amount":1}//'],
  ['application/json', "{'amount':1}"],
  ['application/json', '{"amount":1,}'],
  ['application/json', '{amount:1}'],
  ['application/json', '{"amount":0x10}'],
  ['application/json', '{"amount":1}{"amount":2}'],
  ['application/json', ''.padEnd(70, '[') + ''.padEnd(70, ']')],
  ['application/json', '{"a":"x'],
  ['application/json', JSON.stringify({ a: 'x'.repeat(5_000) })],
  [
    'application/json',
    JSON.stringify(Object.fromEntries(Array.from({ length: 600 }, (_v, i) => [`f${i}`, i]))),
  ],
  ['application/json', JSON.stringify({ a: Array.from({ length: 600 }, (_v, i) => i) })],
  ['application/json', '{"_method":"DELETE"}'],
  ['application/json', '{"_METHOD":"DELETE"}'],
  ['application/json', '{"requests":[{"id":1,"method":"DELETE","url":"/users/1"}]}'],
  ['application/json', '{"Requests":[{"Method":"DELETE","Url":"/users/1"}]}'],
  ['application/json', '[{"method":"POST","path":"/admin"}]'],
  ['application/json', '{"batch":[{"method":"DELETE","relative_url":"1"}]}'],
  ['application/vnd.api+json', '{"a":1,"a":2}'],
  ['application/x-www-form-urlencoded', '_method=DELETE&id=1'],
  ['application/x-www-form-urlencoded', '%5Fmethod=DELETE'],
  ['application/x-www-form-urlencoded', 'a=1;_method=DELETE'],
  ['application/x-www-form-urlencoded', 'a=%zz'],
  ['application/x-www-form-urlencoded', 'a=%ff'],
  [
    'application/x-www-form-urlencoded',
    Array.from({ length: 600 }, (_v, i) => `a${i}=1`).join('&'),
  ],
]

const opaque: readonly (readonly [string, RequestParts?])[] = [
  ...overridingHeaders.map((name) => ['POST /users/1', { headers: { [name]: 'DELETE' } }] as const),
  ...overridingPairs.map((query) => [`POST /users/1?${query}`] as const),
  ...methods.map((method) => [`${method} /users/1`] as const),
  ...bodies.map(([type, body]) => ['POST /pay', { type, body }] as const),
  ['GET /users?a=%zz'],
  ['GET /users?a=%ff'],
  ['POST /odata/$batch', { body: '{}' }],
  ['POST /odata/$BATCH/', { body: '{}' }],
  ['GET /users/1', { body: '<a/>', type: 'application/xml' }],
  ['POST /v1/query', { body: '{"sql":"not a statement"}' }],
  [
    'POST /v1/query',
    { body: '{"query":"DO $$ BEGIN DELETE FROM users; END $$","sql":"DO $$ BEGIN END $$"}' },
  ],
]

describe('cousins of the bypass corpus', () => {
  it.each(opaque.map(([line, parts = {}]) => [line, parts] as const))(
    '%s is opaque: %j',
    (line: string, parts: RequestParts) => {
      expect(shown(factsOf(line, parts))).toBe('opaque')
    },
  )

  it.each([
    ['POST /_sql', '{"query":"DELETE FROM users"}', 'delete table:*.users'],
    [
      'POST /_sql',
      '{"query":"/* x */ -- y\\n WITH d AS (DELETE FROM users RETURNING *) SELECT * FROM d"}',
      'delete table:*.users',
    ],
    ['POST /_sql', '{"QUERY":"drop/**/table users"}', 'drop table:*.users'],
    [
      'POST /v1/query',
      '{"type":"run_sql","args":{"sql":"TRUNCATE users"}}',
      'truncate table:*.users',
    ],
    ['POST /rpc', '{"statement":"SELECT 1; DELETE FROM users"}', 'delete table:*.users'],
    ['GET /?query=DROP%20TABLE%20users', undefined, 'drop table:*.users'],
    ['GET /?q=select+*+from+users', undefined, 'read table:*.users'],
    ['POST /?query=insert%20into%20users%20values(1)', undefined, 'insert table:*.users'],
  ])('%s %s shows the statement within', (line, body, expected) => {
    expect(shown(factsOf(line, body === undefined ? {} : { body }))).toContain(expected)
  })

  it.each([
    ['GET /search?q=select+shoes+and+drop+by', undefined],
    ['GET /search?q=update+your+profile%2C+set+it', undefined],
    ['GET /search?query=with+love', undefined],
    ['POST /notes', '{"query":"what to do","text":"DELETE FROM users"}'],
    ['POST /pay', '{"Amount":1,"currency":"EUR","lines":[{"a":1},{"a":2}]}'],
    ['PATCH /users/1', '{"name":"ada\\u0040x","big":12345678901234567890}'],
    ['POST /login', 'user=ada&pass=x%20y'],
    ['DELETE /users/1', ''],
    ['GET /users/1?fields=id,name&method=DELETE', undefined],
    ['POST /jobs', '{"method":"DELETE","name":"x"}'],
    ['POST /empty', ''],
  ])('%s %s is no attack', (line, body) => {
    const type = line.includes('login') ? 'application/x-www-form-urlencoded' : 'application/json'
    expect(shown(factsOf(line, body === undefined ? {} : { body, type }))).not.toContain('opaque')
  })
})
