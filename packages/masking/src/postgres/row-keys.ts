import { asBuffer } from '../bytes'
import type { KeyedDigest } from '../methods/keyed'
import type { Column, MaskingPlan, RowKey } from '../plan'

const domain = Buffer.from('subject\0')

/** The values of a row that say how far its dates move. */
export class RowKeys {
  readonly indexes: readonly number[]
  readonly #columns: readonly Column[]
  readonly #keys: ReadonlyMap<number, RowKey>
  readonly #digest: KeyedDigest
  readonly #seen = new Map<number, Buffer>()

  constructor(plan: MaskingPlan, columns: readonly Column[], digest: KeyedDigest) {
    this.#columns = columns
    this.#digest = digest
    this.#keys = keysOf(plan, columns.length)
    this.indexes = [...new Set([...this.#keys.values()].map(({ index }) => index))]
  }

  see(index: number, cell: Uint8Array | null): void {
    const key = [...this.#keys.values()].find((one) => one.index === index)
    const format = this.#columns[index]?.format ?? 'text'
    const text = key && cell !== null ? keyText(key.type, format, asBuffer(cell)) : undefined
    if (text === undefined) this.#seen.delete(index)
    else this.#seen.set(index, Buffer.concat([domain, Buffer.from(text)]))
  }

  /** The digest that masks of this column use: of the row's key where there is one, else of the value. */
  digestFor(index: number): KeyedDigest {
    const key = this.#keys.get(index)
    if (key === undefined) return this.#digest
    return (value) => this.#digest(this.#seen.get(key.index) ?? value)
  }
}

/** By masked column. Masks that name different keys for one column name none. */
function keysOf({ columns }: MaskingPlan, width: number): ReadonlyMap<number, RowKey> {
  const keys = new Map<number, RowKey>()
  for (const { index, key } of columns) if (key && key.index < width) keys.set(index, key)
  for (const { index, key } of columns)
    if (keys.get(index)?.index !== key?.index) keys.delete(index)
  return keys
}

const integers: Readonly<Record<number, number>> = { 21: 2, 23: 4, 20: 8 }
const uuid = 2950
/** text, varchar, char(n), name. */
const texts = new Set([25, 1043, 1042, 19])

/** The key as text in either format, so that dates move alike in both; undefined = of a type that is none. */
function keyText(type: number, format: Column['format'], cell: Buffer): string | undefined {
  const bytes = integers[type]
  const isKey = bytes !== undefined || type === uuid || texts.has(type)
  if (!isKey) return undefined
  if (format === 'text' || texts.has(type)) return cell.toString('latin1')
  if (type === uuid)
    return cell.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  if (cell.length !== bytes) return undefined
  return bytes === 8 ? cell.readBigInt64BE().toString() : cell.readIntBE(0, bytes).toString()
}
