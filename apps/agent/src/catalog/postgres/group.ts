/** Rows by the key that `read` finds in them, in their order. */
export function groupByFirst<T>(
  rows: readonly unknown[],
  read: (row: unknown) => readonly [number, T],
): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const row of rows) {
    const [key, value] = read(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}
