import { Decide } from '@wardgate/contract'
import type { Operation } from '@wardgate/gateway'
import { operationToWire } from '../../apps/agent/src/control/operation'
import { operationOf } from '../../apps/control-plane/src/grpc/wire/operation'

const state = { database: 'shop', role: '', transaction: 'idle' } as const
const operations: readonly Operation[] = [
  {
    kind: 'statement',
    dialect: 'postgresql',
    phase: 'execute',
    text: 'SELECT $1',
    parameters: [{ type: 25, format: 'text', value: null }],
    prepared: [{ name: 's', text: 'SELECT 1', parameterTypes: [25, 0] }],
    state: { ...state, searchPath: ['public'] },
  },
  { kind: 'function-call', functionId: 7, parameters: [], state },
  {
    kind: 'request',
    method: 'POST',
    scheme: 'https',
    authority: 'shop.example',
    path: '/orders',
    query: 'a=b',
    headers: [{ name: 'accept', value: '*/*' }],
    body: { kind: 'whole', mediaType: 'text/plain', bytes: Buffer.from('x') },
  },
  {
    kind: 'request',
    method: 'PUT',
    scheme: 'http',
    authority: 'shop.example:8080',
    path: '/',
    query: '',
    headers: [],
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    body: { kind: 'unread', mediaType: 'video/mp4', length: undefined },
  },
  { kind: 'message', channel: '/live', format: 'binary', data: Buffer.from([1, 2]) },
  { kind: 'tool-call', method: 'tools/call', name: 'echo', arguments: '{"a":1}' },
  { kind: 'tool-call', method: 'tools/call', name: 'echo', arguments: '{}', extra: '{"task":{}}' },
  {
    kind: 'command',
    shape: 'exec',
    text: 'id -u',
    terminal: false,
    environment: [{ name: 'LANG', value: 'C' }],
  },
  { kind: 'file', action: 'rename', path: '/a', destination: '/b', detail: 'atomic' },
  { kind: 'file', action: 'read', path: '/a' },
  { kind: 'replication', mode: 'logical', command: 'SHOW', text: 'SHOW wal_level' },
  { kind: 'forward', direction: 'out', host: '10.0.0.1', port: 22 },
]

describe('operations between agent and control plane', () => {
  const operationId = '0192d5f0-0000-7000-8000-000000000000'

  it.each(operations.map((operation) => [operation.kind, operation] as const))(
    'reads %s as it was sent',
    (_kind, operation) => {
      const sent = Decide.encode({
        operationId,
        operation: operationToWire(operation),
        traceparent: '',
      }).finish()
      expect(operationOf(Decide.decode(sent)).operation).toEqual(operation)
    },
  )
})
