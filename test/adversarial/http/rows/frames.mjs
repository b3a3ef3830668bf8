// Requests over HTTP/2 that no client's library would send: fields as they are, in order.

const request = (...others) => [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'gate'],
  [':path', '{c}/r/{id}'],
  ['authorization', '{bearer}'],
  ...others,
]
const without = (name) => request().filter(([field]) => field !== name)
const replaced = (name, value) =>
  request().map(([field, before]) => [field, field === name ? value : before])

export const frameRows = [
  ['control: a read', request(), 'ALLOWED'],
  ['Transfer-Encoding', request(['transfer-encoding', 'chunked']), 'REFUSED'],
  ['Connection', request(['connection', 'keep-alive']), 'REFUSED'],
  ['a name in capitals', request(['X-Capital', 'a']), 'REFUSED'],
  // Fields that node's library drops before anybody reads them.
  ['a line break in a value', request(['x-a', 'b\r\nx-b: c']), 'REFUSED|ALLOWED'],
  ['a line break in a name', request(['x-a\r\nx-b', 'c']), 'REFUSED|ALLOWED'],
  ['a colon in a name', request(['x-a:', 'c']), 'REFUSED|ALLOWED'],
  ['a blank in the path', replaced(':path', '{c}/r/{id} HTTP/1.1\r\nx: y'), 'REFUSED'],
  ['a path in absolute form', replaced(':path', 'http://evil.test/r/{id}'), 'REFUSED'],
  ['two paths', request([':path', '{c}/secret/{id}']), 'REFUSED'],
  ['no path', without(':path'), 'REFUSED'],
  ['no method', without(':method'), 'REFUSED'],
  ['a pseudo-header behind others', request([':authority', 'evil.test']), 'REFUSED'],
  ['Host that is not :authority', request(['host', 'evil.test']), 'REFUSED'],
  ['a length that is not the body', request(['content-length', '5']), 'REFUSED'],
  ['a method with a blank', replaced(':method', 'GET /secret'), 'REFUSED'],
  ['a fragment in the path', replaced(':path', '{c}/r/{id}#/../secret'), 'REFUSED|ALLOWED'],
  ['an empty path', replaced(':path', ''), 'REFUSED'],
  ['a path that is an asterisk', replaced(':path', '*'), 'REFUSED'],
  ['a user in :authority', replaced(':authority', 'gate@evil.test'), 'REFUSED'],
  ['an unknown pseudo-header', [[':x', 'y'], ...request()], 'REFUSED'],
  [':status in a request', [[':status', '200'], ...request()], 'REFUSED'],
  [':protocol without CONNECT', [[':protocol', 'websocket'], ...request()], 'REFUSED'],
  ['CONNECT with a path', replaced(':method', 'CONNECT'), 'REFUSED'],
  ['another scheme', replaced(':scheme', 'ftp'), 'REFUSED|ALLOWED'],
  ['TE of another kind', request(['te', 'chunked']), 'REFUSED'],
  ['Proxy-Connection', request(['proxy-connection', 'keep-alive']), 'REFUSED'],
  ['dot segments', replaced(':path', '{c}/w/../secret/{id}'), 'REFUSED'],
].map(([technique, h2, expect]) => ({
  id: 'HTTP-008',
  technique,
  h2,
  expect,
  unseen: ['"a":"b', '"a":"c', '"b":"c'],
}))
