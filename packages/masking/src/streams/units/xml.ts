import { asBuffer } from '../../bytes'
import { redacted } from '../../methods/mask-value'
import { malformed, oversize, streamLimits } from '../limits'
import { maskTextAt } from '../json/text-at'
import type { PathState } from '../path/path-machine'
import { finished, type Steps } from '../steps'
import type { ValueMasks } from '../value-masks'
import type { UnitFormat } from './unit-masker'
import { decodeEntities, encodeEntities, endOfMarkup, startTag } from './xml-markup'

/** Its attributes are looked at in one go. */
const maxTagLength = 32 * 1024

interface OpenElement {
  readonly name: string
  readonly state: PathState
}

/** XML 1.0: a unit is a tag, a comment or the text between two. Elements and attributes are named by their local names. */
export class XmlBody implements UnitFormat {
  readonly name = 'XML'
  readonly #masks: ValueMasks
  readonly #open: OpenElement[] = []
  /** The masked element that is being left out, by depth, and its text. */
  #hidden: { readonly depth: number; text: string; isText: boolean } | undefined

  constructor(masks: ValueMasks) {
    this.#masks = masks
  }

  endOf(input: Uint8Array, start: number, searched: number): number {
    if (input[start] === 0x3c) return endOfMarkup(asBuffer(input), start)
    const end = input.indexOf(0x3c, start + searched)
    return end
  }

  *mask(unit: Uint8Array): Steps<Uint8Array> {
    const text = asBuffer(unit).toString('utf8')
    const shown = yield* this.#shown(text)
    return shown === text ? unit : Buffer.from(shown)
  }

  finish(): void {
    if (this.#open.length > 0) throw malformed('XML', 'it ends early')
  }

  *#shown(text: string): Steps<string> {
    if (!text.startsWith('<')) return yield* this.#text(text, decodeEntities(text), encodeEntities)
    if (text.startsWith('<![CDATA['))
      return yield* this.#text(text, closed(text, ']]>').slice(9), encodeEntities)
    if (text.startsWith('<!--')) return yield* this.#aside(closed(text, '-->'), '-->')
    if (text.startsWith('<?')) return yield* this.#instruction(text)
    if (text.startsWith('<!')) return this.#doctype(text)
    return text.startsWith('</') ? this.#endTag(text) : this.#startTag(text)
  }

  *#text(raw: string, value: string, write: (masked: string) => string): Steps<string> {
    if (this.#hidden !== undefined) {
      this.#hidden.text += value
      if (this.#hidden.text.length > streamLimits.tokenBytes)
        throw oversize('XML', 'the text of an element is too large')
      return ''
    }
    const current = this.#open.at(-1)
    if (current === undefined) {
      if (/^[\s\ufeff]*$/.test(raw)) return raw
      throw malformed('XML', 'text outside of the document')
    }
    const masked = yield* maskTextAt(this.#masks, value, current.state)
    return masked === value ? raw : write(masked)
  }

  *#aside(content: string, ending: string): Steps<string> {
    if (this.#hidden !== undefined) return ''
    const masked = yield* this.#masks.detectedIn(content)
    return `${masked}${ending}`
  }

  *#instruction(text: string): Steps<string> {
    const encoding = /^<\?xml\s[^>]*encoding\s*=\s*["']([^"']*)/.exec(text)?.[1]?.toLowerCase()
    if (encoding !== undefined && !['utf-8', 'us-ascii', 'ascii'].includes(encoding))
      throw malformed('XML', 'its encoding is not UTF-8')
    return yield* this.#aside(closed(text, '?>'), '?>')
  }

  /** Entities that a document declares itself could spell anything. */
  #doctype(text: string): string {
    if (!/^<!DOCTYPE\s[^[<]*>$/.test(text)) throw malformed('XML', 'a declaration that is not read')
    return text
  }

  #startTag(text: string): string {
    if (text.length > maxTagLength)
      throw oversize('XML', `a tag is longer than ${maxTagLength} characters`)
    const tag = startTag(text)
    if (tag === undefined) throw malformed('XML', 'a tag that is none')
    const parent = this.#open.at(-1)?.state ?? this.#masks.paths.root
    const state = parent.member(localName(tag.name))
    if (this.#open.length === streamLimits.depth) throw oversize('XML', 'it is nested too deeply')
    if (this.#hidden !== undefined) {
      this.#hidden.isText = false
      if (!tag.isEmpty) this.#open.push({ name: tag.name, state })
      return ''
    }
    if (state.method !== undefined) {
      if (tag.isEmpty) return `<${tag.name}/>`
      this.#open.push({ name: tag.name, state })
      this.#hidden = { depth: this.#open.length, text: '', isText: true }
      return `<${tag.name}>`
    }
    if (!tag.isEmpty) this.#open.push({ name: tag.name, state })
    return this.#attributes(text, state)
  }

  #attributes(text: string, state: PathState): string {
    return text.replace(
      /(\s)([^\s=<>"'/]+)(\s*=\s*)("[^"]*"|'[^']*')/g,
      (all, space: string, name: string, equals: string, quoted: string) => {
        const value = decodeEntities(quoted.slice(1, -1))
        const local = localName(name)
        const named = state.member(`@${local}`)
        const place = named.method === undefined ? state.member(local) : named
        const masked = finished(maskTextAt(this.#masks, value, place))
        return masked === value ? all : `${space}${name}${equals}"${encodeEntities(masked)}"`
      },
    )
  }

  #endTag(text: string): string {
    const name = /^<\/([^\s>]+)\s*>$/.exec(text)?.[1]
    const open = this.#open.at(-1)
    if (open === undefined || open.name !== name) throw malformed('XML', 'tags that do not match')
    const depth = this.#open.length
    this.#open.pop()
    if (this.#hidden === undefined) return text
    if (this.#hidden.depth !== depth) return ''
    const { text: hidden, isText } = this.#hidden
    this.#hidden = undefined
    const masked = isText ? finished(maskTextAt(this.#masks, hidden, open.state)) : redacted
    return `${encodeEntities(hidden === '' && isText ? '' : masked)}${text}`
  }
}

function closed(text: string, ending: string): string {
  if (!text.endsWith(ending)) throw malformed('XML', 'it ends early')
  return text.slice(0, -ending.length)
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
