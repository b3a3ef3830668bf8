import { Injectable } from '@nestjs/common'
import { AuditLog } from '../common/audit-port'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { EpochCache } from '../common/epoch/epoch-cache'
import { EpochService } from '../common/epoch/epoch.service'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { type OfferedTool, toolDefinition, type ToolDefinition } from './tool-definition'
import { isQuarantined, type ToolPin } from './tool-pin'
import { ToolPinsRepository } from './tool-pins.repository'

const keptConnections = 1_000
/** Of one connection; what there is no room to remember is not shown. */
const mostPins = 2_000

/** Through whom a list of tools came. */
export interface Seen {
  readonly connectionId: string
  readonly sessionId: string
  readonly agentId: string
}

type Pins = ReadonlyMap<string, ToolPin>

/** What the tools of targets are accepted to be: the first list that is seen is, and after it what people accept. */
@Injectable()
export class ToolPinsService {
  private readonly known: EpochCache<Pins>

  constructor(
    private readonly pins: ToolPinsRepository,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
    watch: EpochWatch,
  ) {
    this.known = new EpochCache(keptConnections, () => watch.current)
  }

  async isQuarantined(connectionId: string, name: string): Promise<boolean> {
    const pin = (await this.pinsOf(connectionId)).get(name)
    return pin !== undefined && isQuarantined(pin)
  }

  /** Which of the tools are as they were accepted. Pins those that nobody has seen, quarantines those that changed. */
  async review(seen: Seen, offered: readonly OfferedTool[]): Promise<readonly boolean[]> {
    const tools = offered.map(toolDefinition)
    const known = await this.pinsOf(seen.connectionId)
    const isNews = tools.some((tool) => tool !== undefined && !isKnown(known.get(tool.name), tool))
    const pins = isNews ? await this.learn(seen, tools.filter(isDefined)) : known
    return tools.map((tool) => tool !== undefined && isAccepted(pins.get(tool.name), tool))
  }

  private pinsOf(connectionId: string): Promise<Pins> {
    return this.known.get(connectionId, async () => byName(await this.pins.list(connectionId)))
  }

  private learn(seen: Seen, tools: readonly ToolDefinition[]): Promise<Pins> {
    const { connectionId } = seen
    return this.database.transaction(async (tx) => {
      await this.pins.lock(tx, connectionId)
      const former = byName(await this.pins.list(connectionId, tx))
      const unseen = new Map(
        tools.flatMap((tool) => (former.has(tool.name) ? [] : [[tool.name, tool] as const])),
      )
      const fresh = [...unseen.values()].slice(0, Math.max(0, mostPins - former.size))
      await this.pin(tx, seen, fresh)
      for (const tool of tools) await this.compare(tx, seen, former.get(tool.name), tool)
      await this.pins.keep(tx, connectionId)
      return byName(await this.pins.list(connectionId, tx))
    })
  }

  private async pin(tx: Transaction, seen: Seen, tools: readonly ToolDefinition[]) {
    if (tools.length === 0) return
    const { sessionId, ...where } = seen
    await this.pins.pin(tx, seen.connectionId, tools)
    await this.epochs.bump(tx)
    const body = { ...where, tools: tools.map(({ name, digest }) => ({ name, digest })) }
    await this.audit.append(tx, { kind: 'tools.pinned', sessionId, body })
  }

  private async compare(
    tx: Transaction,
    { sessionId, ...where }: Seen,
    former: ToolPin | undefined,
    tool: ToolDefinition,
  ): Promise<void> {
    if (former === undefined || isKnown(former, tool)) return
    // Back to what was accepted: it stays in quarantine until somebody has looked.
    if (former.digest === tool.digest) return
    await this.pins.quarantine(tx, where.connectionId, tool)
    // A definition that is another one in every list changes no verdict any more.
    if (isQuarantined(former)) return
    await this.epochs.bump(tx)
    const { name, digest } = tool
    const body = { ...where, name, accepted: former.digest, offered: digest }
    await this.audit.append(tx, { kind: 'tool.quarantined', sessionId, body })
  }
}

function byName(pins: readonly ToolPin[]): Pins {
  return new Map(pins.map((pin) => [pin.name, pin]))
}

function isKnown(pin: ToolPin | undefined, { digest }: ToolDefinition): boolean {
  if (pin === undefined) return false
  return pin.digest === digest || pin.offered?.digest === digest
}

function isAccepted(pin: ToolPin | undefined, { digest }: ToolDefinition): boolean {
  return pin !== undefined && !isQuarantined(pin) && pin.digest === digest
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined
}
