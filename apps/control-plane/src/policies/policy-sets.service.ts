import { Injectable } from '@nestjs/common'
import { compilePolicies, type PolicySet } from '@wardgate/policy'
import { EpochCache } from '../common/epoch/epoch-cache'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { PolicyRepository } from './policy.repository'

export interface PolicySets {
  /** What verdicts are made of. */
  readonly active: PolicySet
  /** What verdicts would be if dry-run versions were in force too; undefined when there is none. */
  readonly rehearsed: PolicySet | undefined
}

/** The policies in force, compiled once per epoch. */
@Injectable()
export class PolicySetsService {
  private readonly sets: EpochCache<PolicySets>

  constructor(
    private readonly policies: PolicyRepository,
    private readonly watch: EpochWatch,
  ) {
    this.sets = new EpochCache(1, () => this.watch.current)
  }

  current(): Promise<PolicySets> {
    return this.sets.get('all', () => this.read())
  }

  private async read(): Promise<PolicySets> {
    const all = await this.policies.inForce()
    const active = all.filter(({ state }) => state === 'active')
    const dryRun = all.filter(({ state }) => state === 'dry-run')
    const names = new Set(dryRun.map(({ name }) => name))
    const rehearsed = [...active.filter(({ name }) => !names.has(name)), ...dryRun]
    return {
      active: compilePolicies(active),
      rehearsed: dryRun.length === 0 ? undefined : compilePolicies(rehearsed),
    }
  }
}
