/** `flatMap` for what runs with every new statement: V8's own calls into its runtime for each element it adds. */
export function gather<T, R>(items: readonly T[], each: (item: T) => Iterable<R>): R[] {
  const all: R[] = []
  for (const item of items) for (const one of each(item)) all.push(one)
  return all
}
