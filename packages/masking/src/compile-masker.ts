import { PolicyError } from '@wardgate/errors'
import { keyedDigest } from './methods/keyed'
import { isStricter, keepsSomething, stricter } from './methods/mask-value'
import {
  emptyPlan,
  type Column,
  type MaskingPlan,
  type MaskMethod,
  type RowMasker,
  type ValueMethod,
} from './plan'
import { detectorMask } from './postgres/detector-mask'
import { cellSteps, type CellSteps } from './postgres/cell-steps'
import { CellsAhead } from './postgres/cells-ahead'
import { RowKeys } from './postgres/row-keys'
import { methodMask, methodPatch, type CellPatch } from './postgres/method-mask'
import type { CellMask } from './postgres/types'
import { SpanMasker } from './span-masker'
import type { Steps } from './streams/steps'
import { findsArmour, ValueMasks } from './streams/value-masks'

export interface MaskerInput {
  readonly plan: MaskingPlan
  readonly columns: readonly Column[]
  /** Keys `hash` and `tokenize`; values are joinable wherever the key is the same. */
  readonly key: Uint8Array
}

/** The masker of one result. Throws PolicyError ERR_POLICY_STALE when the plan is not for a result of this shape. */
export function compileMasker({ plan, columns, key }: MaskerInput): RowMasker {
  refuseOtherShape(plan, columns.length)
  refuseOtherTables(plan, columns)
  const digest = keyedDigest(key)
  const spans = new SpanMasker(plan.detectors, digest)
  const keys = new RowKeys(plan, columns, digest)
  const hiding = new Set(plan.columns.filter((mask) => mask.hidesNull).map((mask) => mask.index))
  if (plan.unknownOrigin !== undefined)
    for (const [index, column] of columns.entries()) if (column.table === 0) hiding.add(index)
  const methods = columns.map((column, index) => methodOf(plan, column, index))
  const typed = columns.map((column, index) => typedColumn(plan, column, index))
  const { detectors } = plan
  const within = (paths: readonly { readonly path: string; readonly method: ValueMethod }[]) =>
    new ValueMasks(
      { ...emptyPlan, detectors, paths: paths.map((part) => ({ ...part, rule: '' })) },
      key,
    )
  const masks = typed.map((column, index) => {
    const method = methods[index]
    if (method === undefined) return detectorMask(column, spans)
    const context = { digest: keys.digestFor(index), within }
    const mask = methodMask(column, method, context)
    if (!keepsSomething(method) || !spans.active) return mask
    return (cell: Uint8Array) => {
      const found = spans.strictestIn(cell)
      if (found === undefined || !isStricter(found, method)) return mask(cell)
      return methodMask(column, found, context)(cell)
    }
  })
  return new CompiledMasker({
    hidingNull: hiding,
    keys,
    // With detectors a cell has to be read before its method is certain.
    patches: typed.map((column, index) =>
      spans.active ? undefined : methodPatch(column, methods[index]),
    ),
    masks,
    steps: () => {
      const armoured = findsArmour(plan)
      return typed.map((column, index) => {
        const [method, mask] = [methods[index], masks[index]]
        if (mask === undefined) return undefined
        const values = () => within(method?.kind === 'within' ? method.parts : [])
        return cellSteps(column, { method, mask, spans, armoured, values })
      })
    },
  })
}

function refuseOtherShape(plan: MaskingPlan, width: number): void {
  const expected = plan.width
  const beyond = plan.columns.find(({ index }) => index >= width)
  if (beyond === undefined && (expected === undefined || expected === width)) return
  throw new PolicyError(
    'ERR_POLICY_STALE',
    `the result has ${width} columns where the decision expected ${expected ?? 'more'}`,
    { retryable: true, nextStep: 'Send the operation again.' },
  )
}

/** A table that was renamed or replaced since the decision shows under a name that meant another one. */
function refuseOtherTables({ tables }: MaskingPlan, columns: readonly Column[]): void {
  if (tables === undefined) return
  const expected = new Set(tables)
  const other = columns.find(({ table }) => table !== 0 && !expected.has(table))
  if (other === undefined) return
  throw new PolicyError(
    'ERR_POLICY_STALE',
    `column ${other.name} comes from a table that the decision did not expect`,
    { retryable: true, nextStep: 'The schema has changed: send the operation again.' },
  )
}

/** The strictest of the masks that name this column; failing those, that for columns of unknown origin. */
function methodOf(plan: MaskingPlan, column: Column, index: number): MaskMethod | undefined {
  let method: MaskMethod | undefined
  for (const mask of plan.columns) {
    if (mask.index !== index) continue
    method = method === undefined ? mask.method : stricter(method, mask.method)
  }
  for (const mask of plan.origins) {
    if (mask.table !== column.table || mask.attribute !== column.attribute) continue
    method = method === undefined ? mask.method : stricter(method, mask.method)
  }
  if (method !== undefined || column.table !== 0) return method
  return plan.unknownOrigin?.method
}

/** COPY says nothing of types: then the catalog's word for the column counts. */
function typedColumn({ columns }: MaskingPlan, column: Column, index: number): Column {
  if (column.type !== 0) return column
  const types = new Set(columns.flatMap((mask) => (mask.index === index ? (mask.type ?? 0) : [])))
  const [type, ...others] = types
  return type === undefined || others.length > 0 ? column : { ...column, type }
}

const noBytes = new Uint8Array()

class CompiledMasker implements RowMasker {
  readonly active: boolean
  readonly masked: readonly boolean[]
  readonly #masks: readonly (CellMask | undefined)[]
  readonly #patches: readonly (CellPatch | undefined)[]
  readonly #hidingNull: ReadonlySet<number>
  readonly #keys: RowKeys
  readonly #ahead: CellsAhead
  readonly rowKeys: readonly number[]
  maskedCells = 0

  constructor({
    hidingNull,
    keys,
    masks,
    patches,
    steps,
  }: {
    readonly hidingNull: ReadonlySet<number>
    readonly keys: RowKeys
    readonly masks: readonly (CellMask | undefined)[]
    readonly patches: readonly (CellPatch | undefined)[]
    readonly steps: () => readonly (CellSteps | undefined)[]
  }) {
    this.#hidingNull = hidingNull
    this.#keys = keys
    this.rowKeys = keys.indexes
    this.#masks = masks
    this.#patches = patches
    this.#ahead = new CellsAhead(steps)
    this.masked = masks.map((mask) => mask !== undefined)
    this.active = this.masked.includes(true)
  }

  get takesSteps(): boolean {
    return this.#ahead.isAny
  }

  ahead(index: number, cell: Uint8Array): Steps<void> {
    return this.#ahead.look(index, cell)
  }

  see(index: number, cell: Uint8Array | null): void {
    this.#keys.see(index, cell)
  }

  mask(index: number, cell: Uint8Array | null): Uint8Array | null {
    const mask = this.#masks[index]
    if (cell === null) return this.#hidingNull.has(index) ? this.#maskNull(mask) : null
    if (mask === undefined) {
      // A cell beyond the described columns was judged by nobody: fails closed.
      return index < this.#masks.length ? cell : null
    }
    const shown = this.#ahead.isEmpty ? mask(cell) : this.#ahead.take(index, cell, mask)
    if (shown !== cell) this.maskedCells++
    return shown
  }

  maskInPlace(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const isPatched = this.#patches[index]?.(bytes, start, end) === true
    if (isPatched) this.maskedCells++
    return isPatched
  }

  #maskNull(mask: CellMask | undefined): Uint8Array | null {
    const shown = mask?.(noBytes) ?? null
    if (shown !== null) this.maskedCells++
    return shown
  }
}
