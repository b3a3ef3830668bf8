import type { ReactNode } from 'react'
import type { List } from '../api/list'
import { Empty, ErrorNote, Loading } from './notes'

interface ListViewProps<T> {
  readonly list: List<T>
  readonly what: string
  /** What it means that there is nothing. */
  readonly empty: ReactNode
  readonly children: (items: readonly T[]) => ReactNode
}

/** The states that every list has: loading, failed, empty, filled, more to come. */
export function ListView<T>({ list, what, empty, children }: ListViewProps<T>) {
  const { items, error, hasNextPage, isFetchingNextPage } = list
  if (!items) {
    if (error) return <ErrorNote error={error} retry={() => void list.refetch()} />
    return <Loading what={what} />
  }
  return (
    <>
      {error && <ErrorNote error={error} retry={() => void list.refetch()} />}
      {items.length === 0 ? <Empty>{empty}</Empty> : children(items)}
      {hasNextPage && (
        <button
          type="button"
          disabled={isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {isFetchingNextPage ? 'Loading …' : 'Load more'}
        </button>
      )}
    </>
  )
}

interface Column<T> {
  readonly head: string
  readonly cell: (item: T) => ReactNode
  readonly className?: string
}

interface TableProps<T> {
  readonly label: string
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  readonly columns: readonly Column<T>[]
}

/** On a narrow screen every row becomes a block with the heads beside the cells. */
export function Table<T>({ label, items, keyOf, columns }: TableProps<T>) {
  return (
    <table className="table" aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ head }) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={keyOf(item)}>
            {columns.map(({ head, cell, className }) => (
              <td key={head} data-head={head} className={className}>
                {cell(item)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
