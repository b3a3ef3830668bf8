import type { Login, ServedConnection } from '@wardgate/gateway'
import { settings as schema } from '../settings'
import { readFields } from '../wire/fields'
import type { Exchange } from './exchange'
import { VisitReader } from './visit-reader'

const settings = schema.parse({ tokenHeader: 'x-token' })
let connections: readonly ServedConnection[]
let served: Record<string, unknown>
let reader: VisitReader

beforeEach(() => {
  connections = []
  served = { shop: settings, bank: settings }
  const login: Login = {
    clientAddress: '192.0.2.1:1',
    plaintextAllowed: true,
    connections: () => connections,
    settingsOf: (name) => served[name],
    cancel: () => undefined,
  }
  reader = new VisitReader(login, settings)
})

const request = (target: string, headers: Record<string, string> = {}): Exchange =>
  ({
    method: 'GET',
    target,
    authority: headers['host'] ?? '127.0.0.1',
    fields: readFields(Object.entries({ authorization: 'Bearer one', ...headers }).flat()),
  }) as unknown as Exchange

const read = (target: string, headers?: Record<string, string>) => {
  const { connection, prefix, unverifiedToken } = reader.read(request(target, headers))
  return [connection, prefix, unverifiedToken]
}

it('reads the same visit again from a request that says the same', () => {
  const first = reader.read(request('/shop/a'))
  expect(reader.read(request('/shop/b?c'))).toBe(first)
  expect(reader.read(request('/shop'))).toBe(first)
})

it.each([
  ['another connection in the path', '/bank/a', {}, ['bank', '/bank', 'one']],
  ['a name that begins alike', '/shop2/a', {}, ['shop2', '/shop2', 'one']],
  ['another token', '/shop/a', { authorization: 'Bearer two' }, ['shop', '/shop', 'two']],
  ['a token of the connection', '/shop/a', { 'x-token': 'own' }, ['shop', '/shop', 'own']],
  ['a token for a proxy', '/shop/a', { 'proxy-authorization': 'Bearer p' }, ['shop', '/shop', 'p']],
  ['another host', '/shop/a', { host: 'bank.localhost' }, ['bank', '', 'one']],
])('reads anew what says something else: %s', (_what, target, headers, expected) => {
  read('/shop/a')
  expect(read(target, headers)).toEqual(expected)
})

it('reads anew once other connections are served', () => {
  expect(read('/shop/a', { host: 'late.localhost' })).toEqual(['shop', '/shop', 'one'])
  served['late'] = settings
  connections = [{ name: 'late', settings }]
  expect(read('/shop/a', { host: 'late.localhost' })).toEqual(['late', '', 'one'])
})
