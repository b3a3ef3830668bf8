import { runProtocolConformance } from '@wardgate/gateway/testing'
import { conformanceHarness } from './testing'

runProtocolConformance({
  name: 'ssh',
  harness: conformanceHarness,
  skip: [
    {
      reason: 'SSH has no cancel request on a stream of its own: a client closes the channel',
      cases: ['withdraws a held operation when the client cancels'],
    },
    {
      reason: 'what a command prints has no columns: see output masking in masking.spec.ts',
      cases: [
        'masks cells before the client sees them',
        'shows nothing of a result that is wider than its masking plan',
      ],
    },
  ],
})
