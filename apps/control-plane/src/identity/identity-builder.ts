import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import type { KeyProof } from '@wardgate/gateway'
import type { JWTPayload } from 'jose'
import { z } from 'zod'
import type { IdentifiedPrincipal, Identity } from '../common/auth/identity'
import { Clock } from '../common/clock'
import { PrincipalRegistry } from '../principals/principal-registry'
import { certifiedLogin, isCertificate } from '../principals/certificates/certificate-proof'
import { CertificatesRepository } from '../principals/certificates/certificates.repository'
import { SshAuthorities } from '../principals/certificates/ssh-authorities'
import { provenKey } from '../principals/keys/key-proof'
import { KeysRepository } from '../principals/keys/keys.repository'
import type { PrincipalRecord } from '../principals/principals.repository'
import { RoleBindingsService } from '../roles/role-bindings.service'
import type { Issuer } from './issuers/issuer'
import { readAttributes } from './tokens/principal-claims'
import type { VerifiedClaims } from './tokens/verify-jwt'
import type { WardgateToken } from './tokens/wardgate-tokens'

/** Like the tolerance of token verification. */
const clockToleranceMillis = 60_000

const attributesSchema = z.record(z.string(), z.json())

/** Makes identities out of proven claims: registers the principal, refuses disabled ones, reads its roles. */
@Injectable()
export class IdentityBuilder {
  constructor(
    private readonly registry: PrincipalRegistry,
    private readonly bindings: RoleBindingsService,
    private readonly keys: KeysRepository,
    private readonly authorities: SshAuthorities,
    private readonly certificates: CertificatesRepository,
    private readonly clock: Clock,
  ) {}

  async fromClaims(issuer: Issuer, claims: VerifiedClaims): Promise<Identity> {
    const record = await this.register(issuer, claims, claims.sub)
    const { groups, owner, claims: attributes } = readAttributes(claims, issuer)
    // What the token says of groups and claims counts, even when another token of the principal came in between.
    const principal = { ...toPrincipal(record), groups, owner, claims: attributes }
    return this.identity(record, principal, new Date(claims.exp * 1000))
  }

  async fromWardgateToken(token: WardgateToken): Promise<Identity> {
    const record = await this.registry.find(token.principalId)
    if (record === null) throw unknown()
    if (token.actor !== undefined) await this.requireEnabled(token.actor.id)
    const { groups, owner, claims } = token
    const principal = { ...toPrincipal(record), groups, owner, claims }
    const identity = await this.identity(record, principal, token.expiresAt)
    return {
      ...identity,
      boundConnection: token.connection,
      ...(token.actor === undefined ? {} : { actor: token.actor }),
    }
  }

  /** With the groups and claims of the principal's last token: the key itself says nothing. */
  async fromKeyProof(rawProof: KeyProof, connection: string): Promise<Identity> {
    if (isCertificate(rawProof)) return this.fromCertificate(rawProof, connection)
    const proven = provenKey(rawProof, connection)
    const key = proven && (await this.keys.findByFingerprint(proven.fingerprint))
    if (!key)
      throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the public key is not registered', {
        nextStep: 'Register a key with `wardgate ssh login`.',
      })
    if (key.expiresAt.getTime() <= this.clock.now())
      throw new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the registered public key has expired', {
        nextStep: 'Register another with `wardgate ssh login`.',
      })
    const identity = await this.fromPrincipal(key.principalId, key.expiresAt)
    return { ...identity, keyFingerprint: key.fingerprint }
  }

  private async fromCertificate(rawProof: KeyProof, connection: string): Promise<Identity> {
    const authority = await this.authorities.publicKey('clients')
    const nowMillis = this.clock.now()
    const login = certifiedLogin(rawProof, { connection, authority, nowMillis })
    const identity = await this.fromPrincipal(login.principalId, login.expiresAt)
    const certified = { ...identity, boundConnection: connection, certificateSerial: login.serial }
    await this.requireCertificate(certified)
    return certified
  }

  async fromPrincipal(principalId: string, expiresAt: Date): Promise<Identity> {
    const record = await this.registry.find(principalId)
    if (record === null) throw unknown()
    return this.identity(record, toPrincipal(record), expiresAt)
  }

  async review(identity: Identity): Promise<Identity> {
    await this.requireEnabled(identity.principal.id)
    if (identity.actor !== undefined) await this.requireEnabled(identity.actor.id)
    if (identity.keyFingerprint !== undefined) await this.requireRegistered(identity.keyFingerprint)
    await this.requireCertificate(identity)
    return { ...identity, grants: await this.bindings.grantsOf(identity.principal) }
  }

  /** Notes who logged in; a person when the log-in was done in a browser. */
  register(
    issuer: Issuer,
    claims: JWTPayload,
    subject: string,
    kind?: 'person',
  ): Promise<PrincipalRecord> {
    const attributes = readAttributes(claims, issuer)
    return this.registry.saw({
      ...attributes,
      issuerId: issuer.id,
      subject,
      ...(kind === undefined ? {} : { kind }),
    })
  }

  private async requireRegistered(fingerprint: string): Promise<void> {
    if ((await this.keys.findByFingerprint(fingerprint)) === null)
      throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the public key was revoked')
  }

  /** What was signed and is not on the list any more was revoked. */
  private async requireCertificate({ principal, certificateSerial }: Identity): Promise<void> {
    if (certificateSerial === undefined) return
    if (await this.certificates.has(principal.id, certificateSerial)) return
    throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the certificate was revoked', {
      nextStep: 'Ask who revoked it; `wardgate ssh login` gets another for who still may have one.',
    })
  }

  private async requireEnabled(principalId: string): Promise<void> {
    const record = await this.registry.find(principalId)
    if (record === null) throw unknown()
    refuseDisabled(record)
  }

  private async identity(
    record: PrincipalRecord,
    principal: IdentifiedPrincipal,
    expiresAt: Date,
  ): Promise<Identity> {
    refuseDisabled(record)
    if (expiresAt.getTime() <= this.clock.now() - clockToleranceMillis)
      throw new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the credential has expired')
    return { principal, grants: await this.bindings.grantsOf(principal), expiresAt }
  }
}

function refuseDisabled(record: PrincipalRecord): void {
  if (record.disabled || !record.issuer.enabled)
    throw new AuthError('ERR_AUTH_FORBIDDEN', `the principal ${record.name} is disabled`, {
      nextStep: 'Ask an administrator to enable the principal.',
    })
}

function unknown(): AuthError {
  return new AuthError('ERR_AUTH_INVALID_TOKEN', 'the principal of the credential is unknown')
}

function toPrincipal(record: PrincipalRecord): IdentifiedPrincipal {
  const { id, issuerId, subject, kind, name, email, groups, owner } = record
  const claims = attributesSchema.parse(record.claims)
  return {
    id,
    issuerId,
    issuer: record.issuer.name,
    subject,
    kind,
    name,
    email,
    groups,
    owner,
    claims,
  }
}
