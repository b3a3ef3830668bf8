import type { SealedRow } from '../../common/sealing/sealed-rows'
import type { Issuer } from './issuer'

type Sealable = Pick<
  Issuer,
  | 'id'
  | 'name'
  | 'issuer'
  | 'audiences'
  | 'algorithms'
  | 'groupClaims'
  | 'clientId'
  | 'personClaim'
  | 'ownerClaim'
  | 'enabled'
>

export function sealedIssuer(issuer: Sealable): SealedRow {
  const { id, name, audiences, algorithms, groupClaims, clientId, personClaim, ownerClaim } = issuer
  const { issuer: url, enabled } = issuer
  const lists = {
    audiences: [...audiences],
    algorithms: [...algorithms],
    groupClaims: [...groupClaims],
  }
  const fields = { id, name, url, ...lists, clientId, personClaim, ownerClaim, enabled }
  return { kind: 'issuer', id, fields }
}
