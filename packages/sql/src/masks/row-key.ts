import type { MaskMethod, RowKey } from '@wardgate/masking'
import type { OutputColumn } from '../analysis'
import { columnType, type CatalogIndex } from '../names/catalog-index'

/**
 * The output that says how far this one's dates move. Only of the very row that the date stands in: by a key of another
 * row whoever writes the statement could move all dates alike, and tell them from the one that he knows.
 */
export function rowKey(
  output: OutputColumn,
  method: MaskMethod,
  outputs: readonly OutputColumn[],
  catalog: CatalogIndex,
): RowKey | undefined {
  const by = method.kind === 'shift' ? method.by : undefined
  const [source, ...more] = output.sources
  if (by === undefined || source === undefined || more.length > 0) return undefined
  const columns = catalog.relations.get(source.relation)?.columns ?? []
  const attribute = columns.find(({ name }) => name === by)?.number
  const index = outputs.findIndex(
    ({ kind, row, sources }) =>
      kind === 'direct' &&
      row !== undefined &&
      row === output.row &&
      sources.length === 1 &&
      sources[0]?.relation === source.relation &&
      sources[0].attribute === attribute,
  )
  const key = outputs[index]?.sources[0]
  const type = key && columnType(catalog, key)
  return type === undefined ? undefined : { index, type }
}
