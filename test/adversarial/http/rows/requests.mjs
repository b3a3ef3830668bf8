// Methods, paths, hosts and headers that rules, the gateway and the target could read differently.
import { bare, get, post, withBody } from './message.mjs'

const json = 'content-type: application/json'
const form = 'content-type: application/x-www-form-urlencoded'
const overrides = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X_HTTP_Method']
const routes = [
  'X-Forwarded-Host: evil.test',
  'Forwarded: host=evil.test;for=10.0.0.1',
  'X-Original-URL: /secret',
  'X-Rewrite-URL: /secret',
  'X-Forwarded-User: admin',
  'X-User_Name: admin',
  'X_Forwarded_For: 10.0.0.1',
  'X-Real-IP: 10.0.0.1',
  'Remote-User: admin',
]
const paths = [
  '/w/../secret/{id}',
  '/w/%2e%2e/secret/{id}',
  '/w/%2E./secret/{id}',
  '//secret/{id}',
  '/./secret/{id}',
  '/%73ecret/{id}',
  '/w/{id}/1/../../../secret/{id}?x=',
]
const ambiguous = [
  '/w%2f..%2fsecret/{id}',
  '/w/..%5csecret/{id}',
  '/w\\..\\secret/{id}',
  '/w/%252e%252e/secret/{id}',
  '/w;/../secret/{id}',
  '/w/..;/secret/{id}',
  '/w/%c0%ae%c0%ae/secret/{id}',
  '/w/{id}%00.png',
  '/w/{id}%0d%0aX: y',
  '/../../secret/{id}',
]
const hosts = [
  ['two hosts', 'GET {c}/r/{id} HTTP/1.1\r\nhost: gate\r\nhost: evil.test\r\n{auth}\r\n'],
  ['no host', 'GET {c}/r/{id} HTTP/1.1\r\n{auth}\r\n'],
  ['absolute form', 'GET http://evil.test{c}/r/{id} HTTP/1.1\r\nhost: gate\r\n{auth}\r\n'],
  [
    'absolute form with a token',
    'GET http://evil.test/r/{id} HTTP/1.1\r\nhost: gate\r\n{proxy}\r\n',
  ],
  [
    'metadata of a cloud',
    'GET http://169.254.169.254/r/{id} HTTP/1.1\r\nhost: gate\r\n{proxy}\r\n',
  ],
  ['a tunnel elsewhere', 'CONNECT evil.test:443 HTTP/1.1\r\nhost: evil.test\r\n{proxy}\r\n'],
]
const methods = ['TRACE', 'PROPFIND', 'MOVE', 'PURGE', 'QUERY', 'delete', 'DELETE', 'Get']

export const requestRows = [
  ...overrides.map((name) => ({
    id: 'HTTP-001',
    technique: `method override: ${name}`,
    send: post('/w/{id}', '{}', json, `${name}: DELETE`),
    expect: 'REFUSED',
  })),
  {
    id: 'HTTP-001',
    technique: 'override in the query',
    send: post('/w/{id}?_method=DELETE', '{}', json),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-001',
    technique: 'override in a form',
    send: post('/w/{id}', '_method=DELETE', form),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-001',
    technique: 'override in JSON',
    send: post('/w/{id}', '{"_method":"DELETE"}', json),
    expect: 'REFUSED',
  },
  ...methods.map((method) => ({
    id: 'HTTP-002',
    technique: `method ${method}`,
    send: bare(method, '/r/{id}'),
    expect: 'REFUSED',
  })),
  {
    id: 'HTTP-002',
    technique: 'a blank behind the method',
    send: 'DELETE  {c}/r/{id} HTTP/1.1\r\nhost: gate\r\nconnection: close\r\n{auth}\r\n',
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-002',
    technique: 'a tab behind the method',
    send: 'GET\t{c}/r/{id} HTTP/1.1\r\nhost: gate\r\n{auth}\r\n',
    expect: 'REFUSED',
  },
  ...paths.map((path) => ({
    id: 'HTTP-015',
    technique: `path ${path}`,
    send: get(path),
    expect: 'REFUSED',
  })),
  ...ambiguous.map((path) => ({
    id: 'HTTP-015',
    technique: `path ${path}`,
    send: get(path),
    expect: 'REFUSED',
  })),
  ...hosts.map(([technique, send]) => ({
    id: /absolute|metadata/.test(technique) ? 'HTTP-012' : 'HTTP-013',
    technique,
    send,
    expect: 'REFUSED',
  })),
  ...routes.map((header) => ({
    id: 'HTTP-034',
    technique: header,
    send: get('/r/{id}', header),
    expect: 'ALLOWED',
    unseen: ['evil.test', 'admin', '10.0.0.1', '"/secret'],
  })),
  {
    id: 'HTTP-035',
    technique: 'Connection names headers of the gateway',
    send: get('/r/{id}', 'connection: x-forwarded-for, x-forwarded-proto, x-api-key'),
    expect: 'ALLOWED',
    seen: ['"for":"127.0.0.1"', '"key":"target-secret"'],
  },
  {
    id: 'HTTP-035',
    technique: 'the key of the target, given by the client',
    send: get('/r/{id}', 'x-api-key: mine'),
    expect: 'ALLOWED',
    seen: ['"key":"target-secret"'],
    unseen: ['mine'],
  },
  {
    id: 'HTTP-010',
    technique: 'an upgrade of another version',
    send: get(
      '/r/{id}',
      'upgrade: websocket',
      'sec-websocket-version: 8',
      'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    ),
    expect: 'REFUSED|ALLOWED',
    unseen: ['"upgrade":"websocket"'],
  },
  {
    id: 'HTTP-010',
    technique: 'an upgrade to HTTP/2 in the clear',
    send: get('/r/{id}', 'upgrade: h2c', 'http2-settings: AAMAAABkAAQAAP__'),
    expect: 'REFUSED|ALLOWED',
    unseen: ['h2c'],
  },
  {
    id: 'HTTP-015',
    technique: 'a fragment',
    send: get('/r/{id}#/../../secret/{id}'),
    expect: 'REFUSED|ALLOWED',
    unseen: ['secret'],
  },
  {
    id: 'HTTP-007',
    technique: 'expectations',
    send: post('/w/{id}', '{}', json, 'expect: 100-continue, else'),
    expect: 'REFUSED',
  },
  {
    id: 'HTTP-035',
    technique: 'TE asks for trailers of another hop',
    send: get('/r/{id}', 'te: trailers, chunked', 'connection: te'),
    expect: 'ALLOWED',
  },
  { id: 'HTTP-000', technique: 'control: a read', send: get('/r/{id}?q=1'), expect: 'ALLOWED' },
  {
    id: 'HTTP-000',
    technique: 'control: a write',
    send: post('/w/{id}', '{"a":1}', json),
    expect: 'ALLOWED',
  },
  {
    id: 'HTTP-000',
    technique: 'control: a deletion',
    send: withBody('DELETE', '/w/{id}', ''),
    expect: 'REFUSED',
  },
]
