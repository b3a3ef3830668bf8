import { escapeText } from './escape'

export interface TableColumn<T> {
  readonly title: string
  readonly value: (item: T) => unknown
  /** Longer cells are cut; absent = 60. */
  readonly width?: number
}

const defaultWidth = 60

/** Rows under titles, every cell escaped and cut to its width. */
export function renderTable<T>(items: readonly T[], columns: readonly TableColumn<T>[]): string {
  const rows = items.map((item) => columns.map((column) => cellText(column.value(item), column)))
  const lines = [columns.map(({ title }) => title), ...rows]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => width(line[at] ?? ''))))
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - width(cell))))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

function cellText<T>(value: unknown, { width: limit = defaultWidth }: TableColumn<T>): string {
  const text = escapeText(plainText(value))
  const symbols = Array.from(text)
  return symbols.length > limit ? `${symbols.slice(0, limit - 1).join('')}…` : text
}

/** A value as people read it: lists joined, objects as JSON, nothing as a dash. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value)
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(plainText).join(', ')
  return JSON.stringify(value)
}

function width(text: string): number {
  return Array.from(text).length
}
