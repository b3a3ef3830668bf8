import type { RequestOperation } from '@wardgate/gateway'
import type { Obligations } from '@wardgate/policy'
import type { DecisionSession } from '../decision-session'
import { requestReading } from './request'

const session = { target: { settings: {} } } as DecisionSession
const obligations = {
  masks: [
    {
      reference: { policy: 'crm', rule: 'pii' },
      columns: ['*.ssn'],
      detectors: ['email'],
      paths: ['ssn'],
      headers: ['x-debug'],
      method: { kind: 'redact' },
    },
  ],
  readOnly: false,
  recording: 'full',
  inference: 'deny',
} satisfies Obligations

function request(query: string): RequestOperation {
  const bytes = Buffer.from(JSON.stringify({ query }))
  return {
    kind: 'request',
    method: 'POST',
    scheme: 'https',
    authority: 'api.example',
    path: '/graphql',
    query: '',
    headers: [{ name: 'content-type', value: 'application/json' }],
    body: { kind: 'whole', mediaType: 'application/json', bytes },
  }
}

describe('reading of requests', () => {
  it('masks a field under the alias that the request gives it', () => {
    const masking = requestReading(request('{ me { x: SSN } }'), session).masking(obligations)
    expect(masking).toMatchObject({
      kind: 'plan',
      plan: {
        columns: [],
        paths: [{ path: 'ssn', rule: 'crm/pii' }, { path: 'x' }],
        headers: [{ name: 'x-debug' }],
        detectors: [{ detector: 'email' }],
        unreadable: 'refuse',
      },
    })
  })
})
