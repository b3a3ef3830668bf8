import { Obligation as WireObligation } from '@wardgate/contract'
import { type Obligation, obligations } from '../../decisions/obligations'

const wireObligations: Readonly<Record<Obligation, WireObligation>> = {
  'row-limit': WireObligation.OBLIGATION_ROW_LIMIT,
  'hourly-row-limit': WireObligation.OBLIGATION_LEASED_ROW_LIMIT,
  'time-limit': WireObligation.OBLIGATION_TIME_LIMIT,
  'read-only': WireObligation.OBLIGATION_READ_ONLY,
  lines: WireObligation.OBLIGATION_LINES,
  recording: WireObligation.OBLIGATION_RECORDING,
  'mask-columns': WireObligation.OBLIGATION_MASK_COLUMNS,
  'mask-detectors': WireObligation.OBLIGATION_MASK_DETECTORS,
  'mask-paths': WireObligation.OBLIGATION_MASK_PATHS,
  'mask-headers': WireObligation.OBLIGATION_MASK_HEADERS,
}

/** Those that we know no more of than a number are nothing that we ask for. */
export function obligationsOf(raw: readonly WireObligation[]): ReadonlySet<Obligation> {
  return new Set(obligations.filter((name) => raw.includes(wireObligations[name])))
}
