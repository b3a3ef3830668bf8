import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { Injectable, Logger } from '@nestjs/common'
import { canonicalJson } from '@wardgate/audit-log'
import { ControlError } from '@wardgate/errors'
import { AuditLog, type JsonObject } from '../audit-port'
import { BoundedMap } from '../bounded-map'
import { Clock } from '../clock'
import { Database } from '../database/database'
import type { Bytes } from './envelope'
import { SecretStore } from './secret-store'

const keySecret = 'row-seal-key'
const keyBytes = 32
const toldAgainMillis = 60_000
const mostTold = 1_000

/** What has a seal. The kind is part of it, so that a seal fits nowhere else. */
export type SealedKind =
  | 'agent'
  | 'assignment'
  | 'catalog'
  | 'certificate'
  | 'checkpoint'
  | 'closed-approval'
  | 'connection'
  | 'console-session'
  | 'credential'
  | 'grant'
  | 'issuer'
  | 'join-token'
  | 'ledger'
  | 'policies'
  | 'policy'
  | 'principal'
  | 'principal-key'
  | 'request'
  | 'role'
  | 'role-binding'
  | 'tool-pins'
  | 'vote'
  | 'webhook'

/**
 * Seals of rows that grant power. Who can write the database lacks their key, which only the master key opens, so what
 * they write there gives nobody any right: it is refused when it is read for a decision.
 */
@Injectable()
export class RowSeals {
  private readonly logger = new Logger('seals')
  private readonly told = new BoundedMap<string, number>(mostTold)
  private key: Promise<Bytes> | undefined

  constructor(
    private readonly secrets: SecretStore,
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async seal(kind: SealedKind, fields: JsonObject): Promise<Bytes> {
    const text = canonicalJson({ kind, fields })
    const mac = createHmac('sha256', await this.readKey())
      .update(text)
      .digest()
    return new Uint8Array(mac)
  }

  async fits(kind: SealedKind, fields: JsonObject, seal: Uint8Array | null): Promise<boolean> {
    const wanted = await this.seal(kind, fields)
    return seal !== null && seal.length === wanted.length && timingSafeEqual(seal, wanted)
  }

  /** Throws ERR_CONTROL_FORGED, and records it, when the row is not one that was sealed here. */
  async require(
    kind: SealedKind,
    id: string,
    fields: JsonObject,
    seal: Uint8Array | null,
  ): Promise<void> {
    if (!(await this.fits(kind, fields, seal))) throw this.refusal(kind, id)
  }

  /** To be thrown; it is recorded already. */
  refusal(kind: SealedKind, id: string): ControlError {
    this.record(kind, id)
    return new ControlError(
      'ERR_CONTROL_FORGED',
      `the ${kind} ${id} is not what Wardgate last wrote`,
      { logLevel: 'error', retryable: false },
    )
  }

  /** Not waited for, and in a transaction of its own: the one that reads the row may hold what this one needs. */
  private record(kind: SealedKind, id: string): void {
    const key = `${kind} ${id}`
    const now = this.clock.now()
    if (now - (this.told.get(key) ?? -Infinity) < toldAgainMillis) return
    this.told.set(key, now)
    this.logger.error({ kind, id }, 'a row that grants power is not the one that was sealed last')
    this.database
      .transaction((tx) =>
        this.audit.append(tx, { kind: 'database.forged-row', body: { kind, id } }),
      )
      .catch((err: unknown) => this.logger.error({ err }, 'forged row not recorded'))
  }

  private readKey(): Promise<Bytes> {
    this.key ??= this.secrets
      .findOrCreate(keySecret, () => Promise.resolve(randomBytes(keyBytes)))
      .catch((error: unknown) => {
        this.key = undefined
        throw error
      })
    return this.key
  }
}
