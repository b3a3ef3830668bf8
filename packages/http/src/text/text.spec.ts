import { looksLikeCall, readCallText } from './call-text'
import { pathRules, readRequestText } from './request-text'

const strict = pathRules({})

describe('a request as text', () => {
  it('is a start line, headers and a body', () => {
    const text =
      'POST /v1/pay?dry=1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\r\n{"a":\n1}'
    expect(readRequestText(text, strict)).toEqual({
      value: {
        method: 'POST',
        path: '/v1/pay',
        query: 'dry=1',
        headers: [
          { name: 'host', value: 'x' },
          { name: 'content-type', value: 'application/json' },
        ],
        body: { kind: 'whole', mediaType: 'application/json', bytes: Buffer.from('{"a":\n1}') },
      },
    })
    expect(readRequestText('GET /', strict)).toMatchObject({
      value: { method: 'GET', path: '/', body: { kind: 'none' } },
    })
  })

  it.each([
    ['GET //a', '/a'],
    ['GET /a/../b', '/b'],
    ['GET /a/.', '/a/'],
    ['GET /%61?x=1', '/a'],
  ])('is read as the gateway sends it on: %j', (text, path) => {
    expect(readRequestText(text, strict)).toMatchObject({ value: { method: 'GET', path } })
  })

  it('needs no empty line at its end', () => {
    const expected = { value: { method: 'DELETE', headers: [{ name: 'host', value: 'x' }] } }
    for (const end of ['', '\r\n', '\r\n\r\n'])
      expect(readRequestText(`DELETE /a HTTP/1.1\r\nHost: x${end}`, strict)).toMatchObject(expected)
  })

  it.each([
    'GET',
    'GET x',
    'GET http://x/y',
    'GET /a b HTTP/1.1',
    'GET /a\nno header',
    'GET /a;b',
    'GET /%2fa',
    'GET /%2Fa',
    'GET /%zz',
    'GET /%00',
    'GET /a\\b',
    'GET /%252e',
    'GET /é',
  ])('is told what is wrong with %j', (text) => {
    expect(readRequestText(text, strict)).toHaveProperty('problem')
  })
})

describe('a tool call as text', () => {
  it('is a JSON-RPC message', () => {
    const text =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"db","arguments":{"b":1,"a":{"d":1,"c":2}},"_meta":{"x":1}}}'
    expect(looksLikeCall(text)).toBe(true)
    expect(readCallText(text)).toEqual({
      value: { method: 'tools/call', name: 'db', arguments: '{"a":{"c":2,"d":1},"b":1}' },
    })
    expect(readCallText('{"jsonrpc":"2.0","method":"tools/list"}')).toEqual({
      value: { method: 'tools/list', name: '', arguments: '{}' },
    })
  })

  it.each(['[]', '{', '{"method":1}', '{"method":"tools/call"}', '{"method":"a","method":"b"}'])(
    'is told what is wrong with %s',
    (text) => {
      expect(readCallText(text)).toHaveProperty('problem')
    },
  )
})
