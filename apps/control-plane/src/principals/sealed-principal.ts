import type { JsonObject } from '../common/audit-port'
import type { AbsentRow, SealedRow } from '../common/sealing/sealed-rows'
import type { Principal } from '../generated/prisma/client'

type Key = Pick<Principal, 'issuerId' | 'subject'>

/** Under the key that tokens name: a principal that vanished and came back is not a new one. */
export function sealedPrincipal(row: Principal): SealedRow {
  const { id, issuerId, subject, kind, name, email, groups, owner, disabled } = row
  const claims = row.claims as JsonObject
  const fields = { id, issuerId, subject, kind, name, email, owner, disabled, claims }
  return { ...absentPrincipal(row), fields: { ...fields, groups: [...groups] } }
}

export function absentPrincipal({ issuerId, subject }: Key): AbsentRow {
  return { kind: 'principal', id: `${issuerId}/${subject}`, fields: undefined }
}
