import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { canonicalJson } from '@wardgate/audit-log'
import type { DetectorMask } from '@wardgate/masking'
import {
  type PolicyConnection,
  type PolicyPrincipal,
  type PolicySet,
  isAlwaysReadOnly,
  possibleMasks,
} from '@wardgate/policy'
import { type Identity, rolesOn } from '../common/auth/identity'
import { SecretStore } from '../common/sealing/secret-store'
import { PolicySetsService } from '../policies/policy-sets.service'
import type { SessionTarget } from './session'

const maskingSecret = 'masking'
const maskingKeyBytes = 32

/** What follows from who uses which connection, before anything of the session itself. */
export interface Terms {
  readonly principal: PolicyPrincipal
  readonly connection: PolicyConnection
  readonly maskingKey: Uint8Array
  readonly textDetectors: readonly DetectorMask[]
  readonly memoScope: string
  /** Nothing of the session may write, whatever it is. */
  readonly readOnly: boolean
}

interface Kept {
  readonly target: SessionTarget
  readonly active: PolicySet
  readonly terms: Terms
}

/** Works the terms out once for as long as identity, target and policies are the very same objects. */
@Injectable()
export class SessionTerms {
  private readonly kept = new WeakMap<Identity, Kept>()
  private root: Promise<Uint8Array> | undefined

  constructor(
    private readonly policies: PolicySetsService,
    private readonly secrets: SecretStore,
  ) {}

  async of(identity: Identity, target: SessionTarget, database: string): Promise<Terms> {
    const { active } = await this.policies.current()
    const kept = this.kept.get(identity)
    const isSame = kept?.target === target && kept.active === active
    if (isSame && kept.terms.connection.database === database) return kept.terms
    const principal = policyPrincipal(identity, target.name)
    const { name, protocol, labels, connectionId } = target
    const connection = { name, protocol, labels, database }
    const terms: Terms = {
      principal,
      connection,
      maskingKey: await this.maskingKey(connectionId),
      textDetectors: textDetectors(active, principal, connection),
      memoScope: memoScope(principal, connection, identity.actor?.id ?? ''),
      readOnly: isAlwaysReadOnly(active, principal, connection),
    }
    this.kept.set(identity, { target, active, terms })
    return terms
  }

  /** One secret for all connections, a key of its own for each (RFC 5869). */
  private async maskingKey(connectionId: string): Promise<Uint8Array> {
    this.root ??= this.secrets.findOrCreate(maskingSecret, () =>
      Promise.resolve(randomBytes(maskingKeyBytes)),
    )
    try {
      const info = `wardgate masking\0${connectionId}`
      return new Uint8Array(hkdfSync('sha256', await this.root, '', info, maskingKeyBytes))
    } catch (error) {
      this.root = undefined
      throw error
    }
  }
}

/** Roles that hold on this connection, and nothing that the client merely claims. */
function policyPrincipal(identity: Identity, connection: string): PolicyPrincipal {
  const { id, issuer, subject, name, kind, groups, claims, owner } = identity.principal
  const roles = rolesOn(identity.grants, connection)
  return { id, issuer, subject, name, kind, groups, claims, owner, roles }
}

function textDetectors(
  active: PolicySet,
  principal: PolicyPrincipal,
  connection: PolicyConnection,
): readonly DetectorMask[] {
  return possibleMasks(active, principal, connection).flatMap(({ detectors, reference, method }) =>
    detectors.map((detector) => ({
      detector,
      rule: `${reference.policy}/${reference.rule}`,
      method,
    })),
  )
}

/** Sessions that agree in everything that a rule may read share their verdicts. */
function memoScope(principal: PolicyPrincipal, connection: PolicyConnection, actor: string) {
  const { claims, groups, roles, owner, kind, name } = principal
  const read = canonicalJson({
    claims: JSON.parse(JSON.stringify(claims)) as never,
    groups: [...groups].sort(),
    roles: [...roles].sort(),
    owner,
    kind,
    name,
    database: connection.database,
    actor,
  })
  return createHash('sha256').update(read).digest('hex')
}
