import { isDigitCode } from './detector'

/** Digits with at most one separator between two of them, and where each digit stands. */
export interface DigitRun {
  readonly digits: readonly number[]
  readonly positions: readonly number[]
}

/** Digits of one run that are looked at together; a longer run is cut into overlapping ones. */
const maxRun = 4_096
const overlap = 32

/** Every run of digits of at least `minDigits`, where separators (blank, dash, dot) may stand between digits. */
export function* digitRuns(text: string, minDigits: number): Generator<DigitRun> {
  let digits: number[] = []
  let positions: number[] = []
  let gap = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isDigitCode(code)) {
      digits.push(code - 0x30)
      positions.push(i)
      gap = 0
      if (digits.length === maxRun) {
        yield { digits, positions }
        digits = digits.slice(-overlap)
        positions = positions.slice(-overlap)
      }
      continue
    }
    if (digits.length === 0) continue
    const separates = code === 0x20 || code === 0x2d || code === 0x2e
    if (separates && gap === 0) {
      gap = 1
      continue
    }
    if (digits.length >= minDigits) yield { digits, positions }
    digits = []
    positions = []
    gap = 0
  }
  if (digits.length >= minDigits) yield { digits, positions }
}
