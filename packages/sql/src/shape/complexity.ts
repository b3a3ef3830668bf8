import { scanToken, tokenKind } from './scanner'

/** The parser recurses once a level; it survives about 8,000. A chain or nesting beyond this is refused. */
export const maxTreeDepth = 1_000
/** Texts that the scanner is unsure of are allowed up to this length, too short to nest deeply enough. */
const maxUnsureLength = 4_096

/** PostgreSQL truncates longer operators; of a run of signs without an operator in it each one is an operator. */
const maxOperatorLength = 63
/**
 * `/*` that follow each other within one run of operator characters: the target's lexer takes the whole rest of the run
 * for each of them and gives it back, which is quadratic (scan.l, xcstart).
 */
const maxCommentsInRun = 32
const operatorRun = /^[~!@#^&|`?+\-*/%<>=]*$/

/** Words that make the tree one level deeper without brackets and without a comma in between. */
const deepening = new Set(
  `not is in like ilike similar between case collate at isnull notnull operator overlaps
escape`.split(/\s+/),
)
/** Words that end a chain: what is on both sides are siblings. */
const separating = new Set(['and', 'or', 'when', 'then', 'else', 'from', 'where', 'select', 'as'])
/** Words whose chains go on past commas. */
const lasting = new Set(['join', 'union', 'intersect', 'except'])

/** Sums what is open: bracket levels, and in each level the longest chain that may still grow. */
class DepthEstimate {
  private readonly levels: { chain: number; lasting: number }[] = [{ chain: 0, lasting: 0 }]
  total = 1

  private get top(): { chain: number; lasting: number } {
    return this.levels.at(-1) ?? { chain: 0, lasting: 0 }
  }

  deepen(): void {
    this.top.chain += 1
    this.total += 1
  }

  last(): void {
    this.top.lasting += 1
    this.total += 1
  }

  separate(): void {
    this.total -= this.top.chain
    this.top.chain = 0
  }

  open(): void {
    this.levels.push({ chain: 0, lasting: 0 })
    this.total += 1
  }

  close(): void {
    if (this.levels.length === 1) return
    const closed = this.levels.pop()
    this.total -= 1 + (closed?.chain ?? 0) + (closed?.lasting ?? 0)
  }

  restart(): void {
    this.levels.splice(0, this.levels.length, { chain: 0, lasting: 0 })
    this.total = 1
  }
}

function countWord(word: string, depth: DepthEstimate): void {
  if (lasting.has(word)) depth.last()
  else if (separating.has(word)) depth.separate()
  else if (deepening.has(word)) depth.deepen()
}

function countPunctuation(character: string, depth: DepthEstimate): void {
  if (character === '(' || character === '[') depth.open()
  else if (character === ')') depth.close()
  else if (character === ',') depth.separate()
  else if (character === ';') depth.restart()
  else if (character === '::' || character === '.') depth.deepen()
  else if (character === ']') {
    depth.close()
    depth.deepen()
  }
}

/** What ends with a sign may be an operator and signs, each of them one level: `1*-+-1`. */
function countOperator(operator: string, depth: DepthEstimate): void {
  const levels = /[+-]$/.test(operator) ? operator.length : 1
  for (let level = 0; level < levels; level += 1) depth.deepen()
}

function hasCommentRun(text: string): boolean {
  let inRun = 0
  let end = 0
  for (let at = text.indexOf('/*'); at >= 0; at = text.indexOf('/*', end)) {
    inRun = operatorRun.test(text.slice(end, at)) ? inRun + 1 : 1
    if (inRun > maxCommentsInRun) return true
    end = at + 2
  }
  return false
}

/** An upper estimate of the tree's depth, made before the parser sees the text. */
export function isComplex(text: string): boolean {
  if (hasCommentRun(text)) return true
  const depth = new DepthEstimate()
  for (let position = 0; position < text.length;) {
    const token = scanToken(text, position)
    if (token === 0) return text.length > maxUnsureLength
    const kind = token & 15
    const end = (token - kind) / 16
    if (kind === tokenKind.operator) {
      if (end - position > maxOperatorLength) return true
      countOperator(text.slice(position, end), depth)
    } else if (kind === tokenKind.word && end - position < 12) {
      countWord(text.slice(position, end).toLowerCase(), depth)
    } else if (kind === tokenKind.punctuation) countPunctuation(text.slice(position, end), depth)
    if (depth.total > maxTreeDepth) return true
    position = end
  }
  return false
}
