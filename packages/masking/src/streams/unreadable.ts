import { PolicyError } from '@wardgate/errors'
import type { MaskingPlan, StreamMasker } from '../plan'

/** For bodies that nothing is to be masked in. */
export class PassingMasker implements StreamMasker {
  readonly active = false
  readonly isBehind = false
  readonly maskedCells = 0

  write(chunk: Uint8Array): Uint8Array {
    return chunk
  }

  idle(): Uint8Array {
    return noBytes
  }

  end(): Uint8Array {
    return noBytes
  }
}

export const noBytes = new Uint8Array()

/** Fails closed: what cannot be read is not passed while a rule masks, unless the rule says so itself. */
export function refusalOf(plan: MaskingPlan, mediaType: string): PolicyError {
  const rule = plan.paths?.[0]?.rule ?? plan.detectors[0]?.rule ?? 'wardgate/masking'
  const type = mediaType === '' ? 'a body without a media type' : `a body of type ${mediaType}`
  return new PolicyError(
    'ERR_POLICY_DENIED',
    `rule ${rule} masks what this target answers, and ${type} cannot be masked`,
    {
      nextStep: `Ask for JSON, or have the owner of ${rule} give it \`unreadable: scan\` or \`unreadable: pass\` for this route.`,
    },
  )
}

/** What a scan found: in content of this type nothing can be put in its place. */
export function foundBy(plan: MaskingPlan, mediaType: string): PolicyError {
  const rules = [...new Set(plan.detectors.map(({ rule }) => rule))].join(', ')
  return new PolicyError(
    'ERR_POLICY_DENIED',
    `a body of type ${mediaType === '' ? 'none' : mediaType} holds what ${rules} masks, and cannot be masked`,
    {
      nextStep: 'Ask for it as text or JSON, in which it can be masked, or without what is masked.',
    },
  )
}
