import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { EpochCache } from '../common/epoch/epoch-cache'
import { EpochWatch } from '../common/epoch/epoch-watch'
import type { SessionTarget } from './session'
import { TargetCredentials } from './target-credentials'
import { TargetRepository } from './target.repository'

const keptTargets = 5_000

const endpoints = z.array(z.object({ host: z.string(), port: z.number() })).min(1)
const tls = z.object({
  mode: z.enum(['disable', 'require', 'verify-full']),
  ca: z.string().optional(),
  serverName: z.string().optional(),
})
const limits = z.object({
  idleSeconds: z.number().int().min(0).default(0),
  statementSeconds: z.number().int().min(0).default(0),
  maxMessageBytes: z.number().int().min(0).default(0),
})
const labels = z.record(z.string(), z.string())
const settings = z.record(z.string(), z.unknown())
const fsync = z.enum(['before-forward', 'batched'])
const recording = z.enum(['full', 'statements', 'off'])

/** Connections with their opened credentials, kept in memory for one epoch. */
@Injectable()
export class TargetsService {
  private readonly targets: EpochCache<SessionTarget | undefined>

  constructor(
    private readonly repository: TargetRepository,
    private readonly credentials: TargetCredentials,
    watch: EpochWatch,
  ) {
    this.targets = new EpochCache(keptTargets, () => watch.current)
  }

  find(name: string): Promise<SessionTarget | undefined> {
    return this.targets.get(name, () => this.read(name))
  }

  /** Of a connection that is not found: it is there, and nothing unlocks its target. */
  async isWithoutCredential(name: string): Promise<boolean> {
    return (await this.repository.find({ name })) !== null
  }

  async servedBy(agentId: string): Promise<readonly SessionTarget[]> {
    const names = await this.repository.namesServedBy(agentId)
    const found = await Promise.all(names.map((name) => this.find(name)))
    return found.filter((target) => target !== undefined)
  }

  private async read(name: string): Promise<SessionTarget | undefined> {
    const row = await this.repository.find({ name })
    if (row === null) return undefined
    const opened = await this.credentials.openFor(row.id)
    if (opened === undefined) return undefined
    const { ca, serverName, mode } = tls.parse(row.tls)
    return {
      connectionId: row.id,
      name: row.name,
      protocol: row.protocol,
      enabled: row.enabled,
      endpoints: endpoints.parse(row.endpoints),
      tls: {
        mode,
        ...(ca === undefined || ca === '' ? {} : { ca }),
        ...(serverName === undefined || serverName === '' ? {} : { serverName }),
      },
      database: row.database,
      labels: labels.parse(row.labels),
      settings: settings.parse(row.settings),
      limits: limits.parse(row.limits),
      fsync: fsync.parse(row.fsync),
      recording: recording.parse(row.recording),
      credential: opened.credential,
      revision: `${row.version}.${opened.version}`,
      agents: new Set(row.agents.map(({ agentId }) => agentId)),
    }
  }
}
