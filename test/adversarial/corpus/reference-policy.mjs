/** Settings that decide what a name means, whose rights count or how bytes are read. */
const ownedSettings = [
  '\\*',
  'client_encoding',
  'role',
  'row_security',
  'search_path',
  'session_authorization',
  'session_replication_role',
  'standard_conforming_strings',
]

const maskedColumns = [
  'booking.room',
  'customers.meta',
  'customers.ssn',
  'late.ssn',
  'logs.secret',
  'mosaic.a_*',
  'mosaic.v_*',
  'people.ssn',
  'vault.doc',
  'vault.many',
  'vault.parts',
  'vault.tax',
  'vault_note.tax',
]

/**
 * The reference policy of the corpus: reads are allowed, `secrets` is denied, row changes are approved by people, and
 * whatever no rule names is denied. The seed plants the masked value in customers.meta too, so that column is masked
 * with it.
 */
export const referencePolicy = `name: corpus-reference
appliesTo: { connections: ["corpus-*"] }
rules:
  - { id: read, effect: allow, match: { actions: [read, copy, set] } }
  - id: changes
    effect: require-approval
    match: { actions: [insert, update, delete] }
    approval: { approvers: ["group:dba"], quorum: 1, expiresIn: 15m, hold: 50s, reason: optional }
  - { id: secrets, effect: deny, match: { resources: ["table:*.secrets"] } }
  - id: owned-settings
    effect: deny
    match: { actions: [set], resources: [${ownedSettings.map((name) => `'setting:${name}'`).join(', ')}] }
  - { id: masked, mask: { columns: [${maskedColumns.map((name) => `'${name}'`).join(', ')}], with: redact } }
`
