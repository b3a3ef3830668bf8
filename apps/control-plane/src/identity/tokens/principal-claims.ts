import { AuthError } from '@wardgate/errors'
import type { JWTPayload } from 'jose'
import { z } from 'zod'
import type { JsonObject } from '../../common/audit-port'

const mostGroups = 500
const longestGroup = 256

/** Claims that differ from token to token of one principal; they are no attributes of it. */
const perToken = new Set([
  ...['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'at_hash', 'c_hash', 's_hash'],
  ...['auth_time', 'sid', 'session_state', 'uti', 'rh', 'aio', 'acr', 'amr', 'act'],
])

/** How an issuer's claims are read. */
export interface ClaimMapping {
  readonly groupClaims: readonly string[]
  /** `claim=value` that marks a person; empty = unknown. */
  readonly personClaim: string
  readonly ownerClaim: string
}

export interface PrincipalAttributes {
  /** Absent = the token does not say. */
  readonly kind?: 'person' | 'workload'
  readonly name: string
  readonly email: string
  readonly groups: readonly string[]
  readonly owner: string
  readonly claims: JsonObject
}

/** What a verified token says about its principal. */
export function readAttributes(claims: JWTPayload, mapping: ClaimMapping): PrincipalAttributes {
  const kind = kindOf(claims, mapping.personClaim)
  const names = ['name', 'preferred_username', 'email', 'client_id', 'sub']
  return {
    ...(kind === undefined ? {} : { kind }),
    name: names.map((claim) => textOf(claims[claim])).find((text) => text !== '') ?? '',
    email: textOf(claims['email']),
    groups: groupsOf(claims, mapping.groupClaims),
    owner: textOf(find(claims, mapping.ownerClaim)),
    claims: attributesOf(claims),
  }
}

function kindOf(claims: JWTPayload, personClaim: string): 'person' | 'workload' | undefined {
  if (personClaim === '') return undefined
  const [claim = '', ...value] = personClaim.split('=')
  return textOf(find(claims, claim)) === value.join('=') ? 'person' : 'workload'
}

/** More than the limit is refused, not cut: a rule that denies a group must see every group. */
function groupsOf(claims: JWTPayload, names: readonly string[]): readonly string[] {
  const groups = names.flatMap((name) => {
    const value = find(claims, name)
    if (typeof value === 'string') return [value]
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
  })
  const distinct = [...new Set(groups)].filter((group) => group !== '').sort()
  if (distinct.length > mostGroups || distinct.some((group) => group.length > longestGroup))
    throw new AuthError(
      'ERR_AUTH_INVALID_TOKEN',
      `the token carries more than ${mostGroups} groups`,
      {
        nextStep: "Have the issuer send only Wardgate's groups.",
      },
    )
  return distinct
}

/** By name; else by path, such as `realm_access.roles`. */
function find(claims: JWTPayload, name: string): unknown {
  if (name === '') return undefined
  if (Object.hasOwn(claims, name)) return claims[name]
  return name.split('.').reduce<unknown>((value, key) => {
    const isObject = typeof value === 'object' && value !== null
    return isObject && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined
  }, claims)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

const jsonObject = z.record(z.string(), z.json())

function attributesOf(claims: JWTPayload): JsonObject {
  const kept = Object.entries(claims).filter(([name]) => !perToken.has(name))
  return jsonObject.parse(Object.fromEntries(kept))
}
