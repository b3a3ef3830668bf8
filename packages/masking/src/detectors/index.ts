import { PolicyError } from '@wardgate/errors'
import { apiKey } from './api-key'
import { creditCard } from './credit-card'
import type { Detector } from './detector'
import { email } from './email'
import { iban } from './iban'
import { jwt } from './jwt'
import { nationalIdOfAny, nationalIds } from './national'
import { patternDetector, patternPrefix } from './pattern'
import { phone } from './phone'
import { privateKey } from './private-key'
import { secret } from './secret'

const builtIn: readonly Detector[] = [
  email,
  creditCard,
  iban,
  phone,
  jwt,
  privateKey,
  apiKey,
  secret,
  nationalIdOfAny,
  ...nationalIds,
]

/** The detectors that every policy can name; `pattern:<RE2>` names one of its own. */
export const detectorNames: readonly string[] = builtIn.map(({ name }) => name)

/** Throws PolicyError for a name that is no detector: a mask that cannot be applied must not be skipped. */
export function detectorOf(name: string): Detector {
  if (name.startsWith(patternPrefix)) return patternDetector(name)
  const detector = builtIn.find((candidate) => candidate.name === name)
  if (detector === undefined) {
    throw new PolicyError('ERR_POLICY_UNSUPPORTED_CAPABILITY', `there is no detector '${name}'`, {
      nextStep: `Use one of ${detectorNames.join(', ')}, or ${patternPrefix}<RE2 expression>.`,
    })
  }
  return detector
}

export { patternPrefix } from './pattern'
