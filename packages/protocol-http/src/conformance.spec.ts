import { runProtocolConformance } from '@wardgate/gateway/testing'
import { conformanceHarness } from './testing'

runProtocolConformance({
  name: 'http',
  harness: conformanceHarness,
  skip: [
    {
      reason: 'HTTP has no out-of-band cancel: a client that gives up closes its connection',
      cases: ['withdraws a held operation when the client cancels'],
    },
    {
      reason: 'an HTTP answer has no columns that a plan could be narrower than',
      cases: ['shows nothing of a result that is wider than its masking plan'],
    },
  ],
})
