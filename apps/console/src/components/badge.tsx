export type Tone = 'good' | 'bad' | 'wait' | 'calm'

const tones: Readonly<Record<string, Tone>> = {
  pending: 'wait',
  approved: 'good',
  consumed: 'good',
  rejected: 'bad',
  expired: 'calm',
  cancelled: 'calm',
  allow: 'good',
  deny: 'bad',
  'require-approval': 'wait',
  succeeded: 'good',
  refused: 'bad',
  failed: 'bad',
  forwarded: 'wait',
  unknown: 'wait',
  open: 'good',
  ended: 'calm',
  active: 'good',
  'dry-run': 'wait',
  draft: 'calm',
  retired: 'calm',
  enabled: 'good',
  disabled: 'bad',
  connected: 'good',
  unreachable: 'bad',
  revoked: 'bad',
}

const words: Readonly<Record<string, string>> = {
  consumed: 'approved and run',
  'require-approval': 'needs approval',
}

/** A state in words and in colour. */
export function Badge({ state }: { readonly state: string }) {
  return <span className={`badge badge-${tones[state] ?? 'calm'}`}>{words[state] ?? state}</span>
}
