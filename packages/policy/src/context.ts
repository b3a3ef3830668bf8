import type { Facts } from './facts'

/** Who asks. Everything here was verified with the credential; nothing the client merely claims. */
export interface PolicyPrincipal {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly kind: 'person' | 'workload'
  readonly groups: readonly string[]
  readonly roles: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
  /** Who owns a workload; empty for people. */
  readonly owner: string
}

export interface PolicyConnection {
  readonly name: string
  readonly protocol: string
  readonly labels: Readonly<Record<string, string>>
  readonly database: string
}

/** Everything a verdict is a function of, next to the policy set. */
export interface PolicyContext {
  readonly principal: PolicyPrincipal
  readonly connection: PolicyConnection
  readonly facts: Facts
  /** Unix milliseconds; passed in, because the package reads no clock. */
  readonly time: number
}
