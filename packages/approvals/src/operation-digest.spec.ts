import { operationDigest, type DigestParts } from '.'

const parts: DigestParts = {
  operation: { kind: 'statement', text: 'DELETE FROM orders WHERE id = $1', state: { role: '' } },
  parameters: [{ type: 23, format: 'text', value: Buffer.from('7') }],
  effects: [{ action: 'delete', resource: 'table:public.orders' }],
  opaque: [],
  principalId: 'p',
  connectionId: 'c',
  targetRevision: 'r',
  database: 'shop',
  policies: [
    { name: 'b', version: 1 },
    { name: 'a', version: 2 },
  ],
}

test('is lower-case hex SHA-256 and does not depend on the order of policies', () => {
  const digest = operationDigest(parts)
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
  expect(operationDigest({ ...parts, policies: [...parts.policies].reverse() })).toBe(digest)
})

test('changes with everything it binds', () => {
  const variants: DigestParts[] = [
    { ...parts, operation: { kind: 'statement', text: 'DELETE FROM orders' } },
    { ...parts, parameters: [{ type: 23, format: 'text', value: Buffer.from('8') }] },
    { ...parts, parameters: [{ type: 23, format: 'binary', value: Buffer.from('7') }] },
    { ...parts, parameters: [{ type: 20, format: 'text', value: Buffer.from('7') }] },
    { ...parts, parameters: [{ type: 23, format: 'text', value: null }] },
    { ...parts, parameters: [] },
    { ...parts, effects: [{ action: 'delete', resource: 'table:pg_temp.orders' }] },
    { ...parts, opaque: ['trigger t runs code that is not analysed'] },
    { ...parts, principalId: 'q' },
    { ...parts, connectionId: 'd' },
    { ...parts, targetRevision: 's' },
    { ...parts, database: 'other' },
    { ...parts, policies: parts.policies.slice(1) },
  ]
  const digests = new Set([parts, ...variants].map(operationDigest))
  expect(digests.size).toBe(variants.length + 1)
})

test('tells an empty parameter from NULL', () => {
  const withValue = (value: Uint8Array | null) =>
    operationDigest({ ...parts, parameters: [{ type: 25, format: 'text', value }] })
  expect(withValue(Buffer.alloc(0))).not.toBe(withValue(null))
})
