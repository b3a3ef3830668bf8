import { InvalidRequest } from '../common/http/invalid-request'
import { explainRequest } from './explain.dto'
import { explainedOperation } from './explained-operation'

const asked = (operation: object) => ({
  ...explainRequest.parse({ connection: 'c', operation }).operation,
  database: 'd',
  settings: {},
})

describe('operations that are explained', () => {
  it.each([
    [['statement', 'function-call'], { text: 'SELECT 1' }, { kind: 'statement', text: 'SELECT 1' }],
    [
      ['command', 'file', 'forward'],
      { text: 'ls' },
      { kind: 'command', shape: 'exec', text: 'ls' },
    ],
    [['command'], { text: '' }, { kind: 'command', shape: 'shell' }],
    [['command'], { text: 'top', terminal: true }, { kind: 'command', terminal: true }],
    [['file'], { text: 'read /etc/x' }, { kind: 'file', action: 'read', path: '/etc/x' }],
    [
      ['command', 'file'],
      { kind: 'file', text: 'rename a b' },
      { action: 'rename', path: 'a', destination: 'b' },
    ],
    [
      ['command', 'forward'],
      { kind: 'forward', text: 'out db:5432' },
      { direction: 'out', host: 'db', port: 5432 },
    ],
    [
      ['request', 'tool-call'],
      { text: 'GET /v1/users?q=1\naccept: text/csv' },
      { kind: 'request', method: 'GET', path: '/v1/users', query: 'q=1' },
    ],
    [
      ['request'],
      { text: 'GET /a/../b' },
      { kind: 'request', method: 'GET', path: '/b', query: '' },
    ],
    [
      ['request', 'message'],
      { kind: 'message', text: '/a/../live {"do":"buy it"}' },
      { channel: '/live', format: 'text', data: Buffer.from('{"do":"buy it"}') },
    ],
    [
      ['request', 'message'],
      { kind: 'message', text: '/live base64:AP8=' },
      { channel: '/live', format: 'binary', data: Buffer.of(0, 255) },
    ],
    [
      ['request', 'tool-call'],
      { text: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}' },
      { kind: 'tool-call', method: 'tools/call', name: 'add', arguments: '{}' },
    ],
  ] as const)('are of what the protocol is used for: %j %j', (operations, operation, expected) => {
    expect(explainedOperation(asked(operation), operations)).toMatchObject(expected)
  })

  it('have the path that a connection with these settings sends', () => {
    const operation = { text: 'GET /a%2Fb;v=1' }
    expect(() => explainedOperation(asked(operation), ['request'])).toThrow(InvalidRequest)
    const settings = { encodedSlash: 'keep', pathParameters: 'keep' }
    expect(explainedOperation({ ...asked(operation), settings }, ['request'])).toMatchObject({
      path: '/a%2Fb;v=1',
    })
  })

  it.each([
    [['statement'], { kind: 'command', text: 'ls' }],
    [['request'], { text: 'ls' }],
    [['file'], { text: 'eat /x' }],
    [['file'], { text: 'read' }],
    [['forward'], { text: 'db:5432' }],
    [['request'], { text: 'GET /a/../../b' }],
    [['message'], { kind: 'message', text: '/live' }],
    [['message'], { kind: 'message', text: '/a/../../b hello' }],
    [['statement'], { kind: 'message', text: '/live hello' }],
    [['tool-call'], { text: '{"jsonrpc":"2.0"}' }],
  ] as const)(
    'are refused when the protocol or the text has none: %j %j',
    (operations, operation) => {
      expect(() => explainedOperation(asked(operation), operations)).toThrow(
        /operation\.(kind|text)/,
      )
    },
  )
})
