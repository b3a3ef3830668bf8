/** Longer texts are compared as a whole: the table of the comparison grows with the product of both lengths. */
const maxLines = 3_000

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
}

/** The lines of both texts in order, by longest common subsequence. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const left = before.split('\n')
  const right = after.split('\n')
  if (left.length > maxLines || right.length > maxLines)
    return [...asLines('removed', left), ...asLines('added', right)]
  const lengths = commonLengths(left, right)
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) {
      lines.push({ kind: 'same', text: left[i] ?? '' })
      i += 1
      j += 1
    } else if ((lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))
      lines.push({ kind: 'removed', text: left[i++] ?? '' })
    else lines.push({ kind: 'added', text: right[j++] ?? '' })
  }
  return [...lines, ...asLines('removed', left.slice(i)), ...asLines('added', right.slice(j))]
}

/** lengths[i][j]: how many lines the texts have in common from line i and line j on. */
function commonLengths(left: readonly string[], right: readonly string[]): Uint16Array[] {
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1))
  for (let i = left.length - 1; i >= 0; i -= 1) {
    const row = lengths[i] ?? new Uint16Array()
    const below = lengths[i + 1] ?? new Uint16Array()
    for (let j = right.length - 1; j >= 0; j -= 1)
      row[j] =
        left[i] === right[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
  }
  return lengths
}

function asLines(kind: DiffLine['kind'], texts: readonly string[]): DiffLine[] {
  return texts.map((text) => ({ kind, text }))
}
