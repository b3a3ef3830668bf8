/** A copy with changes. For the hot path: V8 adds properties behind a spread ten times more slowly than it assigns them. */
export function copyWith<T extends object>(whole: T, changes: Partial<T>): T {
  return Object.assign({}, whole, changes)
}
