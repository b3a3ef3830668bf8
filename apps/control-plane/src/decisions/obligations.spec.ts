import { emptyPlan } from '@wardgate/masking'
import type { AllowGrant } from './decision'
import { type Obligation, obligations, unfulfilled } from './obligations'

const plain: AllowGrant = { masking: emptyPlan, readOnly: false, recording: 'off' }
const method = { kind: 'redact' } as const
const rule = 'r'

const grants: Readonly<Record<Obligation, AllowGrant>> = {
  'row-limit': { ...plain, rowLimit: 0 },
  'hourly-row-limit': { ...plain, hourlyRowLimit: 10 },
  'time-limit': { ...plain, timeLimit: { seconds: 5, rule: { policy: 'shop', rule: 'slow' } } },
  'read-only': { ...plain, readOnly: true },
  lines: { ...plain, lines: true },
  recording: { ...plain, recording: 'statements' },
  'mask-columns': {
    ...plain,
    masking: { ...emptyPlan, unknownOrigin: { rule, method: { kind: 'null' } } },
  },
  'mask-detectors': {
    ...plain,
    masking: { ...emptyPlan, detectors: [{ detector: 'email', rule, method }] },
  },
  'mask-paths': { ...plain, masking: { ...emptyPlan, paths: [{ path: '$.a', rule, method }] } },
  'mask-headers': { ...plain, masking: { ...emptyPlan, headers: [{ name: 'a', rule, method }] } },
}

describe('obligations', () => {
  it.each(obligations)('%s is asked for by what needs it, and by that alone', (obligation) => {
    const others = new Set(obligations.filter((other) => other !== obligation))
    expect(unfulfilled(grants[obligation], others)).toEqual([obligation])
    expect(unfulfilled(grants[obligation], new Set(obligations))).toEqual([])
    expect(unfulfilled(grants[obligation], new Set([obligation]))).toEqual([])
  })

  it('are none of an operation that is simply let through', () => {
    expect(unfulfilled(plain, new Set())).toEqual([])
  })
})
