import { StringDecoder } from 'node:string_decoder'
import type { RecordingEvent } from '@wardgate/recording'
import { escapeLines } from '../output/escape'

/** Final bytes of control sequences that move, erase, scroll and colour. Others ask the terminal, or set it up. */
const drawing = /^[@A-HJ-MPSTXZ`a-gmr]$/
/** Private modes: wrapping, the cursor, the second screen. */
const modes = new Set(['7', '25', '47', '1047', '1049'])
const maxSequence = 64

/**
 * What the client's terminal showed, for another terminal. A recording is somebody else's text: sequences that set
 * titles, write clipboards, ask for answers or define keys are left out, whole or cut short.
 */
export class TerminalReplay {
  readonly drawsScreen = true
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''
  #afterMark = false

  filter(text: string): string {
    const all = this.#rest + text
    this.#rest = ''
    let shown = ''
    for (let at = 0; at < all.length;) {
      const length = lengthAt(all, at)
      if (length === undefined) {
        this.#rest = all.slice(at)
        break
      }
      shown += allowed(all.slice(at, at + length))
      at += length
    }
    return shown
  }

  *show(event: RecordingEvent): Generator<string, void, undefined> {
    if (event.kind === 'out') yield this.filter(this.#decoder.write(Buffer.from(event.bytes)))
    else if (event.kind === 'in' && this.#afterMark) yield* command(event.bytes)
    if (event.kind !== 'size') this.#afterMark = event.kind === 'mark'
  }
}

/** The line that an operation began with; what is sent to it later is not shown. */
function* command(bytes: Uint8Array): Generator<string, void, undefined> {
  const text = Buffer.from(bytes).toString('utf8').trimEnd()
  if (text !== '') yield `\u001b[2m> ${escapeLines(text)}\u001b[0m\r\n`
}

/** Length of the character or sequence at this place; undefined while its end has not come. */
function lengthAt(text: string, at: number): number | undefined {
  if (text.charAt(at) !== '\u001b') return 1
  const kind = text.charAt(at + 1)
  if (kind === '') return undefined
  if (kind === '[') return endOf(text, at, /^\[[0-?]*[ -/]*[@-~]/)
  // Strings: operating system commands and their like, until BEL or ST.
  // eslint-disable-next-line no-control-regex
  if (']PX^_'.includes(kind)) return endOf(text, at, /^[^\u0007\u001b]+(?:\u0007|\u001b\\)/)
  return 2
}

function endOf(text: string, at: number, whole: RegExp): number | undefined {
  const found = whole.exec(text.slice(at + 1, at + 65_536))
  if (found) return 1 + found[0].length
  // Too long to be waited for: its introducer goes, and the rest is text.
  return text.length - at > maxSequence * 64 ? 2 : undefined
}

function allowed(piece: string): string {
  if (!piece.startsWith('\u001b')) {
    const code = piece.charCodeAt(0)
    const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f)
    return !isControl || '\r\n\t\b'.includes(piece) ? piece : ''
  }
  if (piece === '\u001b7' || piece === '\u001b8' || piece === '\u001bM') return piece
  const sequence = /^\[(?<parameters>[0-?]*)(?<final>[@-~])$/.exec(piece.slice(1))?.groups
  if (sequence === undefined || piece.length > maxSequence) return ''
  const { parameters = '', final = '' } = sequence
  if (final === 'h' || final === 'l')
    return parameters.startsWith('?') && modes.has(parameters.slice(1)) ? piece : ''
  return drawing.test(final) && /^[\d;:]*$/.test(parameters) && final !== 'c' ? piece : ''
}
