import { emptyPlan, type MaskingPlan, type MaskMethod } from '../plan'
import { compileHeaderMasker } from './header-masker'

const redact: MaskMethod = { kind: 'redact' }
const keep: MaskMethod = { kind: 'partial', keepFirst: 0, keepLast: 4 }

function masked(plan: Partial<MaskingPlan>, name: string, value: string): string {
  return compileHeaderMasker({ plan: { ...emptyPlan, ...plan }, key: Buffer.from('k') })(
    name,
    value,
  )
}

const named = (name: string, method: MaskMethod = redact) => ({
  headers: [{ name, rule: 'p/h', method }],
})
const detectors = [{ detector: 'email', rule: 'p/d', method: redact }]

describe('masking of headers', () => {
  it.each([
    ['by name in any letter case', named('X-Debug*'), 'x-DEBUG-user', 'ada', '[redacted]'],
    ['no other header', named('x-debug'), 'x-debugger', 'ada', 'ada'],
    [
      'keeping what the method keeps',
      named('x-card', keep),
      'x-card',
      '4111 1111 1111 1234',
      '**** **** **** 1234',
    ],
    [
      'cookies but for their names and attributes',
      named('set-cookie'),
      'Set-Cookie',
      'sid=abc; Path=/; HttpOnly',
      'sid=[redacted]; Path=/; HttpOnly',
    ],
    ['every cookie', named('cookie'), 'cookie', 'a=1; b=2', 'a=[redacted]; b=[redacted]'],
    [
      'by detector',
      { detectors },
      'link',
      '<mailto:ada@example.com>; rel=author',
      '<mailto:[redacted]>; rel=author',
    ],
    [
      'by detector behind percent-encoding',
      { detectors },
      'location',
      '/u?m=ada%40example.com',
      '[redacted]',
    ],
    [
      'by detector, all of several',
      { detectors },
      'location',
      '/?a=a@b.io&m=ada%40example.com',
      '[redacted]',
    ],
    [
      'nothing where nothing is found',
      { detectors },
      'location',
      '/u?m=100%25&x=%zz',
      '/u?m=100%25&x=%zz',
    ],
    ['nothing without masks', {}, 'x', 'ada@example.com', 'ada@example.com'],
  ] as const)('masks %s', (_what, plan, name, value, expected) => {
    expect(masked(plan, name, value)).toBe(expected)
  })
})
