import { canonicalJson, canonicalString } from '@wardgate/audit-log'
import {
  type EncodedRecord,
  FieldCursor,
  lengthTag,
  OperationIntent,
  varintTag,
} from '@wardgate/contract'
import type { JsonObject } from '../../common/audit-port'
import { storable } from '../../common/storable-text'
import { cut, id, short } from './fields'

const mostActions = 100
const mostRules = 50
const longestAction = 100

/** What a verdict says of an operation, as it is stored and as its entry says it. */
export interface ToldVerdict {
  readonly summary: string
  readonly determinedBy: readonly JsonObject[]
  readonly actions: readonly string[]
  readonly approvalId: string
  /** Whether the entry names every action in full. */
  readonly isInFull: boolean
  /** Parts of the entry's canonical JSON. */
  readonly json: {
    readonly actions: string
    readonly determinedBy: string
    readonly epoch: string
    readonly summary: string
  }
}

type RawVerdict = Pick<OperationIntent, 'summary' | 'determinedBy' | 'actions'> &
  Partial<Pick<OperationIntent, 'approvalId' | 'epoch'>>

export function tellVerdict({ approvalId = '', epoch = 0n, ...raw }: RawVerdict): ToldVerdict {
  const summary = short(raw.summary)
  const determinedBy = rules(raw.determinedBy)
  const actions = raw.actions.map(({ action, resource }) => short(`${action} ${resource}`))
  const shown = actions.slice(0, mostActions).map((action) => cut(action, longestAction))
  return {
    summary,
    determinedBy,
    actions,
    approvalId: approvalId === '' ? '' : id(approvalId),
    isInFull:
      actions.length <= mostActions && actions.every(({ length }) => length <= longestAction),
    json: {
      actions: canonicalJson(shown),
      determinedBy: canonicalJson(determinedBy),
      epoch: `"${epoch}"`,
      summary: canonicalString(summary),
    },
  }
}

function rules(raw: readonly { policy: string; rule: string }[]): JsonObject[] {
  return raw.slice(0, mostRules).map(({ policy, rule }) => ({
    policy: cut(storable(policy), 100),
    rule: cut(storable(rule), 100),
  }))
}

/** Fields of OperationIntent that are a verdict's. */
const verdictTags = new Set([
  lengthTag(4),
  lengthTag(9),
  lengthTag(10),
  varintTag(11),
  lengthTag(13),
])

const mostRemembered = 1_000
const longestRemembered = 4_096

/**
 * A verdict of the agent's memo comes with every operation that it allows, in the same bytes: what they come to is kept
 * for as long as there is room.
 */
export class VerdictMemo {
  readonly #known = new Map<string, ToldVerdict>()

  /** Undefined = there is something else among the bytes from `start` to the end of the record's entry. */
  read({ bytes, entryEnd }: EncodedRecord, start: number): ToldVerdict | undefined {
    const key = bytes.toString('latin1', start, entryEnd)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (!isVerdictAlone(bytes, start, entryEnd)) return undefined
    const told = tellVerdict(OperationIntent.decode(bytes.subarray(start, entryEnd)))
    if (key.length > longestRemembered) return told
    if (this.#known.size >= mostRemembered) this.#known.clear()
    this.#known.set(key, told)
    return told
  }
}

function isVerdictAlone(bytes: Buffer, start: number, end: number): boolean {
  const cursor = new FieldCursor(bytes)
  cursor.enter(start, end)
  while (!cursor.isAtEnd) {
    const tag = cursor.varint()
    if (!verdictTags.has(tag)) return false
    cursor.skip(tag)
  }
  return true
}
