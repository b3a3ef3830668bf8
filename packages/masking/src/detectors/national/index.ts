import type { Detector } from '../detector'
import { usSsn } from '../us-ssn'
import { brCpf } from './br'
import { caSin } from './ca'
import { cnResidentId } from './cn'
import { deTaxId } from './de'
import { esDni } from './es'
import { frNir } from './fr'
import { ukNino } from './gb'
import { inAadhaar } from './in'
import { itCodiceFiscale } from './it'
import { nlBsn } from './nl'
import { plPesel } from './pl'
import { sePersonnummer } from './se'

export const nationalIds: readonly Detector[] = [
  usSsn,
  brCpf,
  caSin,
  cnResidentId,
  deTaxId,
  esDni,
  frNir,
  inAadhaar,
  itCodiceFiscale,
  nlBsn,
  plPesel,
  sePersonnummer,
  ukNino,
]

/** All of them at once. */
export const nationalIdOfAny: Detector = {
  name: 'national_id',
  possible: (traits) => nationalIds.some((detector) => detector.possible(traits)),
  find(text, found) {
    for (const detector of nationalIds) detector.find(text, found)
  },
}
