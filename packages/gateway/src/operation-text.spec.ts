import { operationJson } from './operation-json'
import { textOf } from './operation-text'
import type { RequestOperation } from './operation'

const request: RequestOperation = {
  kind: 'request',
  method: 'POST',
  scheme: 'https',
  authority: 'shop.example',
  path: '/v1/orders',
  query: 'dry=1',
  headers: [{ name: 'content-type', value: 'application/json' }],
  body: { kind: 'whole', mediaType: 'application/json', bytes: Buffer.from('{"id":7}') },
}

describe('the text of an operation', () => {
  it('shows a request as it goes out, with its body', () => {
    expect(textOf(request)).toBe(
      'POST https://shop.example/v1/orders?dry=1\ncontent-type: application/json\n\n{"id":7}',
    )
  })

  it('shows every byte of a body that is no text', () => {
    const body = { kind: 'whole', mediaType: 'x/y', bytes: Uint8Array.of(0xff, 0) } as const
    expect(textOf({ ...request, headers: [], body })).toContain('base64:/wA=')
  })

  it('shows both paths of a rename', () => {
    expect(textOf({ kind: 'file', action: 'rename', path: '/a', destination: '/b' })).toBe(
      'rename /a -> /b',
    )
  })
})

describe('the JSON form of an operation', () => {
  it('differs for bodies that differ in one byte', () => {
    const forms = ['{"id":7}', '{"id":8}'].map((text) => {
      const body = { kind: 'whole', mediaType: 'a/b', bytes: Buffer.from(text) } as const
      return JSON.stringify(operationJson({ ...request, body }))
    })
    expect(new Set(forms).size).toBe(2)
  })

  it('is the same whatever trace the client claims, while the text shows it', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    expect(operationJson({ ...request, traceparent })).toEqual(operationJson(request))
    expect(textOf({ ...request, traceparent })).toContain(`\ntraceparent: ${traceparent}\n`)
  })

  it('has none for a body that was not read', () => {
    const body = { kind: 'unread', mediaType: 'a/b', length: undefined } as const
    expect(operationJson({ ...request, body })).toBeUndefined()
  })
})
