/** The sample policy, as an administrator would write it. */
export const shopPolicy = `# What the AI agent may do in the sample shop.
name: shop
appliesTo:
  connections: [shop]
rules:
  - id: read
    effect: allow
    match: { actions: [read] }
  - id: no-ddl
    effect: deny
    match: { actions: [create, alter, drop, truncate, grant] }
    message: Schema changes go through a migration review.
  - id: secrets
    effect: deny
    match: { resources: ["table:*.secrets"] }
    message: Secrets are not for AI agents.
  - id: writes
    effect: require-approval
    match: { actions: [insert, update, delete] }
    approval: { approvers: ["group:dba"], quorum: 1, expiresIn: 15m, hold: 50s, reason: optional }
    message: A database administrator looks at every write.
  - id: ids
    mask: { columns: [customers.national_id, customers.card_number], with: { partial: { keepLast: 4 } } }
  - id: emails
    mask: { detectors: [email], with: redact }
`

/** The same shop through its HTTP service. */
export const shopApiPolicy = `# What the AI agent may do with the sample shop's HTTP service.
name: shop-api
appliesTo:
  connections: [shop-api]
rules:
  - id: read
    effect: allow
    match: { actions: [read] }
  - id: secrets
    effect: deny
    match: { resources: ["path:/secrets*"] }
    message: Secrets are not for AI agents.
  - id: writes
    effect: require-approval
    match: { actions: [write, delete] }
    approval: { approvers: ["group:dba"], quorum: 1, expiresIn: 15m, hold: 50s, reason: optional }
    message: A database administrator looks at every write.
  - id: ids
    mask: { paths: [national_id, card_number], with: { partial: { keepLast: 4 } } }
  - id: emails
    mask: { detectors: [email], with: redact }
`
