import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common'
import { Frontier, signCheckpoint, verifierKey, type NoteKey } from '@wardgate/audit-log'
import { Database } from '../common/database/database'
import { RowSeals } from '../common/sealing/row-seals'
import { SealLedger } from '../common/sealing/seal-ledger'
import { sealedCheckpoint } from '../common/sealing/sealed-checkpoint'
import { SecretStore } from '../common/sealing/secret-store'
import { Config } from '../config/config'
import { AuditRepository } from './audit.repository'
import { treeSetBack } from './damage'

const checkpointSeconds = 60
const keySecret = 'audit-checkpoint-key'

export interface SignedCheckpoint {
  readonly size: number
  readonly root: Uint8Array
  readonly note: string
}

/** Signs what the tree commits to: on an interval, and when somebody asks for evidence. */
@Injectable()
export class CheckpointService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('audit')
  private timer: NodeJS.Timeout | undefined
  private key: Promise<NoteKey> | undefined
  private signedSize = 0

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly entries: AuditRepository,
    private readonly secrets: SecretStore,
    private readonly seals: RowSeals,
    private readonly ledger: SealLedger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sign().catch((err: unknown) => this.logger.error({ err }, 'checkpoint was not signed'))
    }, checkpointSeconds * 1000)
    this.timer.unref()
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  /** The log's name for ever: the host that people know this control plane by. */
  get origin(): string {
    return `${new URL(this.config.publicUrl).host.replaceAll(/[^a-zA-Z0-9.:-]/g, '-')}/audit`
  }

  /** A checkpoint of everything appended so far. The tree's lock makes size and root agree. */
  async sign(): Promise<SignedCheckpoint> {
    const key = await this.noteKey()
    return this.database.transaction(async (tx) => {
      const edge = await this.entries.lockTree(tx)
      const size = Number(edge.size)
      const latest = await this.entries.latestCheckpoint()
      // What was signed here counts even when its row is gone.
      const signedSize = Math.max(Number(latest?.size ?? 0), this.signedSize)
      if (signedSize > size) throw treeSetBack(size, signedSize)
      const root = Frontier.parse(edge.size, edge.frontier).root()
      this.signedSize = size
      if (latest !== null && Number(latest.size) === size) {
        if (!Buffer.from(latest.rootHash).equals(root)) throw treeSetBack(size, size)
        return { size, root, note: latest.note }
      }
      const note = signCheckpoint({ origin: this.origin, size, root }, key)
      const sealed = { size, rootHash: root, ledgerNumber: await this.ledger.last(tx) }
      const seal = await this.seals.seal('checkpoint', sealedCheckpoint(sealed))
      await this.entries.saveCheckpoint(tx, { ...sealed, note, seal })
      return { size, root, note }
    })
  }

  async latest(): Promise<string> {
    const found = await this.entries.latestCheckpoint()
    return found?.note ?? (await this.sign()).note
  }

  async verifierKeys(): Promise<string> {
    return `${verifierKey(await this.noteKey())}\n`
  }

  private noteKey(): Promise<NoteKey> {
    this.key ??= this.readKey().catch((error: unknown) => {
      this.key = undefined
      throw error
    })
    return this.key
  }

  private async readKey(): Promise<NoteKey> {
    const der = await this.secrets.findOrCreate(keySecret, () =>
      Promise.resolve(
        generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }),
      ),
    )
    const privateKey = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
    return { name: this.origin, privateKey }
  }
}
