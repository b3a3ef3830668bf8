import { type Operation, type StatementOperation, stateOf } from '../operation'
import type { ControlVerdict } from '../ports'
import { BoundedCache } from './bounded-cache'
import { bypassesMemo, exactKey, maxMemoTextCharacters, shapedKey } from './operation-key'
import type { ScopeKey } from './scope-key'

/** Two texts with one key have the same parse tree but for constants; undefined = no such key. */
export type ShapeKey = (text: string, dialect: 'postgresql' | 'mysql') => string | undefined

export interface MemoOptions {
  readonly shapeKey?: ShapeKey
  readonly maxEntries?: number
  readonly maxCharacters?: number
}

const leastRememberedCharacters = 512

/** Verdicts of the present epoch that hold for more than one operation. Shared by all sessions of an agent. */
export class VerdictMemo {
  readonly #verdicts: BoundedCache<ControlVerdict>
  readonly #shapes: BoundedCache<{ readonly shape: string | undefined }>
  readonly #shapeKey: ShapeKey | undefined
  /** Short names of scopes: a scope's own key is far longer than the rest of a verdict's, and would be hashed each time. */
  readonly #scopes: BoundedCache<string>
  #lastScope = 0
  #epoch = -1n
  #hasShapes = false

  constructor(options: MemoOptions = {}) {
    const limits = {
      maxEntries: options.maxEntries ?? 16_384,
      maxCharacters: options.maxCharacters ?? 16 * 1024 * 1024,
    }
    this.#verdicts = new BoundedCache(limits)
    this.#shapes = new BoundedCache(limits)
    this.#shapeKey = options.shapeKey
    this.#scopes = new BoundedCache(limits)
  }

  get size(): number {
    return this.#verdicts.size
  }

  find(operation: Operation, scope: ScopeKey, epoch: bigint): ControlVerdict | undefined {
    if (epoch !== this.#epoch) {
      this.#empty(epoch)
      return undefined
    }
    if (bypassesMemo(operation)) return undefined
    const prefix = this.#scopeName(scope.of(stateOf(operation)))
    // The shape first: it is known by the text alone, while the exact key has to take in every parameter.
    const shaped = this.#hasShapes ? this.#shaped(operation) : undefined
    const found = shaped === undefined ? undefined : this.#verdicts.get(prefix + shaped)
    if (found !== undefined) return found
    const exact = exactKey(operation)
    return exact === undefined ? undefined : this.#verdicts.get(prefix + exact)
  }

  keep(operation: Operation, scope: ScopeKey, verdict: ControlVerdict, epoch: bigint): void {
    if (epoch !== this.#epoch) this.#empty(epoch)
    if (verdict.memo === 'once' || verdict.epoch !== epoch || bypassesMemo(operation)) return
    if (verdict.outcome.kind === 'allow' && verdict.outcome.approvalId !== undefined) return
    const key = verdict.memo === 'shape' ? this.#shaped(operation) : undefined
    if (key !== undefined) this.#hasShapes = true
    const kept = key ?? exactKey(operation)
    if (kept === undefined) return
    this.#verdicts.set(this.#scopeName(scope.of(stateOf(operation))) + kept, verdict)
  }

  /** Never given twice: a scope that was forgotten gets another name, under which nothing is kept. */
  #scopeName(key: string): string {
    const known = this.#scopes.get(key)
    if (known !== undefined) return known
    this.#lastScope += 1
    const name = `${this.#lastScope}:`
    this.#scopes.set(key, name)
    return name
  }

  #shaped(operation: Operation): string | undefined {
    if (this.#shapeKey === undefined || operation.kind !== 'statement') return undefined
    const { text, dialect } = operation
    if (text.length > maxMemoTextCharacters) return undefined
    // Short texts are scanned faster than they are found again, and mostly differ in their literals.
    if (text.length < leastRememberedCharacters) return shapedBy(this.#shapeKey, operation)
    const known = this.#shapes.get(dialect + text)
    const { shape } = known ?? { shape: this.#shapeKey(text, dialect) }
    if (known === undefined) this.#shapes.set(dialect + text, { shape })
    return shape === undefined ? undefined : shapedKey(operation, shape)
  }

  #empty(epoch: bigint): void {
    this.#verdicts.clear()
    this.#epoch = epoch
    this.#hasShapes = false
  }
}

function shapedBy(shapeKey: ShapeKey, operation: StatementOperation): string | undefined {
  const shape = shapeKey(operation.text, operation.dialect)
  return shape === undefined ? undefined : shapedKey(operation, shape)
}
