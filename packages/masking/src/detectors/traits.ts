/** What one pass over a text tells: enough to know that most detectors cannot find anything in it. */
export interface Traits {
  /** Which of the classes below occur. */
  readonly classes: number
  readonly digits: number
  /** The longest run of letters, digits, `_` and `-`: keys and tokens are long words. */
  readonly longestWord: number
  readonly length: number
  /** Digits of the longest run in which at most one blank, dash or dot stands between two. Counted when asked. */
  readonly digitRun: number
}

export const traitClass = {
  at: 2,
  dash: 4,
  underscore: 8,
  dot: 16,
  upper: 32,
  backslash: 64,
} as const

const digit = 1
const word = 128

const classes = new Uint8Array(256)
classes.fill(digit | word, 0x30, 0x3a)
classes.fill(traitClass.upper | word, 0x41, 0x5b)
classes.fill(word, 0x61, 0x7b)
classes[0x40] = traitClass.at
classes[0x2d] = traitClass.dash | word
classes[0x5f] = traitClass.underscore | word
classes[0x2e] = traitClass.dot
classes[0x5c] = traitClass.backslash

class ReadTraits implements Traits {
  classes = 0
  digits = 0
  longestWord = 0
  length = 0
  bytes: Uint8Array = new Uint8Array()
  start = 0

  get digitRun(): number {
    return longestDigitRun(this.bytes, this.start, this.start + this.length)
  }
}

// One object for all, as this runs for every cell: read it before the next call.
const traits = new ReadTraits()

/** The traits of the bytes; valid until the next call. */
export function traitsOf(bytes: Uint8Array, start = 0, end: number = bytes.length): Traits {
  let seen = 0
  let digits = 0
  let run = 0
  let longest = 0
  for (let i = start; i < end; i++) {
    const kind = classes[bytes[i] as number] as number
    seen |= kind
    digits += kind & digit
    if (kind & word) run++
    else {
      if (run > longest) longest = run
      run = 0
    }
  }
  traits.classes = seen
  traits.digits = digits
  traits.longestWord = run > longest ? run : longest
  traits.length = end - start
  traits.bytes = bytes
  traits.start = start
  return traits
}

function longestDigitRun(bytes: Uint8Array, start: number, end: number): number {
  let longest = 0
  let digits = 0
  let gap = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    if (byte >= 0x30 && byte <= 0x39) {
      digits++
      gap = 0
      if (digits > longest) longest = digits
    } else if (gap++ > 0 || (byte !== 0x20 && byte !== 0x2d && byte !== 0x2e)) digits = 0
  }
  return longest
}
