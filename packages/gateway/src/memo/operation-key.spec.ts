import type { RequestOperation } from '../operation'
import { exactKey, maxMemoTextCharacters } from './operation-key'

const request: RequestOperation = {
  kind: 'request',
  method: 'POST',
  scheme: 'https',
  authority: 'shop.example',
  path: '/orders',
  query: 'a=1',
  headers: [
    { name: 'accept', value: 'a' },
    { name: 'prefer', value: 'b' },
  ],
  body: { kind: 'whole', mediaType: 'text/plain', bytes: Buffer.from('body') },
  traceparent: 'one',
}

/** Every part of a request, changed: a part that is added and not named here does not compile. */
const changes: Record<Exclude<keyof RequestOperation, 'kind' | 'traceparent'>, unknown[]> = {
  method: ['PUT'],
  scheme: ['http'],
  authority: ['shop.example:8443'],
  path: ['/orders/a=1', '/orders:'],
  query: ['', 'a=2'],
  headers: [
    [{ name: 'accept', value: 'a' }],
    [
      { name: 'prefer', value: 'b' },
      { name: 'accept', value: 'a' },
    ],
    [
      { name: 'accept', value: 'a6:prefer' },
      { name: '', value: 'b' },
    ],
  ],
  body: [
    { kind: 'none' },
    { kind: 'whole', mediaType: 'text/plain', bytes: Buffer.from('bod') },
    { kind: 'whole', mediaType: 'text/html', bytes: Buffer.from('body') },
    { kind: 'whole', mediaType: 'text/plain', bytes: Buffer.from([0xff, 0xfe, 0xfd, 0xfc]) },
  ],
}

it('is another for requests that differ in any part', () => {
  const variants = Object.entries(changes).flatMap(([part, values]) =>
    values.map((value) => ({ ...request, [part]: value })),
  )
  const keys = [request, ...variants].map((one) => exactKey(one))
  expect(keys).not.toContain(undefined)
  expect(new Set(keys).size).toBe(keys.length)
})

it('is one for requests that differ in the trace that the client claims', () => {
  const { traceparent: _one, ...untraced } = request
  expect(exactKey({ ...request, traceparent: 'two' })).toBe(exactKey(request))
  expect(exactKey(untraced)).toBe(exactKey(request))
})

it('is none for bodies that nobody has read, or that are long', () => {
  const unread = { kind: 'unread', mediaType: '', length: undefined } as const
  const long = {
    kind: 'whole',
    mediaType: '',
    bytes: Buffer.alloc(maxMemoTextCharacters + 1),
  } as const
  expect([unread, long].map((body) => exactKey({ ...request, body }))).toEqual([
    undefined,
    undefined,
  ])
})
