import type { ActionFact, Facts, RiskFactor } from '@wardgate/policy'
import { scoreHttpRisk, type HttpRiskFactor } from './risk'

type DetailValue = Facts['detail'][string]

/** Facts while they are gathered. */
export class FactsDraft {
  readonly #kind: string
  readonly #actions: ActionFact[] = []
  readonly #opaque = new Set<string>()
  readonly #risks = new Set<HttpRiskFactor>()
  readonly #otherRisks: RiskFactor[] = []
  readonly #detail = new Map<string, DetailValue>()
  summary = ''

  constructor(kind: string) {
    this.#kind = kind
  }

  action(action: ActionFact['action'], resource: string): void {
    if (!this.#actions.some((known) => known.action === action && known.resource === resource))
      this.#actions.push({ action, resource })
  }

  opaque(reason: string): void {
    this.#opaque.add(reason)
    this.#risks.add('opaque-request')
  }

  risk(name: HttpRiskFactor): void {
    this.#risks.add(name)
  }

  /** A name that occurs again has all its values, so that a grant must hold for every one of them. */
  detail(name: string, value: DetailValue): void {
    const known = this.#detail.get(name)
    if (known === undefined) this.#detail.set(name, value)
    else this.#detail.set(name, [...textsOf(known), ...textsOf(value)])
  }

  /** What a text within the request does, as its own classifier says. */
  include(facts: Facts, ignored: (reason: string) => boolean = () => false): void {
    for (const { action, resource } of facts.actions) this.action(action, resource)
    for (const reason of facts.opaque) if (!ignored(reason)) this.opaque(reason)
    this.#otherRisks.push(...facts.risk.factors)
    for (const [name, value] of Object.entries(facts.detail)) this.detail(name, value)
  }

  facts(): Facts {
    return {
      kind: this.#kind,
      summary: this.summary,
      actions: this.#actions,
      opaque: [...this.#opaque],
      risk: scoreHttpRisk(this.#risks, this.#otherRisks),
      detail: Object.fromEntries(this.#detail),
      // Paths, names and values are the request: two of one shape may mean anything.
      literalsMatter: true,
    }
  }
}

function textsOf(value: DetailValue): readonly string[] {
  return typeof value === 'object' ? value : [String(value)]
}
