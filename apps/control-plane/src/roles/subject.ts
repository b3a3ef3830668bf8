import type { JsonObject } from '../common/audit-port'

/**
 * Whom a role binding selects: `group:dba`, `principal:<id>`, `subject:alice`, `claim:environment=prod`; with an issuer's
 * name in front (`okta/group:dba`) only principals of that issuer.
 */
export const subjectPattern =
  /^(?:[a-z0-9][a-z0-9-]{0,62}\/)?(?:group:.+|subject:.+|principal:[0-9a-f-]{36}|claim:[^=]+=.*)$/s

/** A token with more attributes than this matches by the first ones only, so it gets fewer roles, never more. */
const mostSubjects = 2_000

export interface Selectable {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly groups: readonly string[]
  readonly claims: JsonObject
}

/** Every subject that selects this principal. */
export function subjectsOf(principal: Selectable): readonly string[] {
  const plain = [
    `principal:${principal.id}`,
    `subject:${principal.subject}`,
    ...principal.groups.map((group) => `group:${group}`),
    ...Object.entries(principal.claims).flatMap(([name, value]) => claimSubjects(name, value)),
  ].slice(0, mostSubjects)
  return plain.flatMap((subject) => [subject, `${principal.issuer}/${subject}`])
}

function claimSubjects(name: string, value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values
    .filter((item) => ['string', 'number', 'boolean'].includes(typeof item))
    .map((item) => `claim:${name}=${String(item)}`)
}
