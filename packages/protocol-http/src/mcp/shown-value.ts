import { toGatewayError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { HttpSettings } from '../settings'
import type { Steps } from '../relay/turns'
import { visibleText } from './hidden-text'
import { shownBlob } from './shown-blob'
import { isUi, withoutUi } from './ui-parts'

type Part = Readonly<Record<string, unknown>>
type Settings = Pick<HttpSettings['mcp'], 'hiddenText' | 'ui'>

/** Goes through one message of a server: what its client may not see is taken out, or replaced by why. */
export class ShownValue {
  readonly #permit: Permit
  readonly #settings: Settings
  /** Values that the client sees otherwise than they were. */
  maskedCells = 0
  /** Whether hidden text was found. */
  hasHidden = false

  constructor(permit: Permit, settings: Settings) {
    this.#permit = permit
    this.#settings = settings
  }

  *of(value: unknown): Steps<unknown> {
    if (typeof value === 'string') return this.#text(value)
    if (Array.isArray(value)) return yield* this.#members(value)
    return isPart(value) ? yield* this.#part(value) : value
  }

  readonly #text = (text: string): string => {
    if (this.#settings.hiddenText === 'pass') return text
    const shown = visibleText(text)
    if (shown === text) return text
    this.hasHidden = true
    this.maskedCells += 1
    return shown
  };

  *#members(values: readonly unknown[]): Steps<readonly unknown[]> {
    // An entry of a list: there is nothing to put in its place.
    const kept = values.filter(
      (value) => !(isPart(value) && isEntry(value) && this.#isWithheldUi(value)),
    )
    this.maskedCells += values.length - kept.length
    const shown: unknown[] = []
    for (const value of kept) shown.push(yield* this.of(value))
    return shown
  }

  *#part(part: Part): Steps<unknown> {
    const { type, data, resource, uri, blob } = part
    if ((type === 'image' || type === 'audio') && typeof data === 'string')
      return yield* this.#media(part, data)
    if (type === 'resource_link' && this.#isWithheldUi(part)) return this.#note(withheldUi)
    if (type === 'resource' && isPart(resource) && this.#isWithheldUi(resource))
      return this.#note(withheldUi)
    if (typeof uri === 'string' && this.#isWithheldUi(part)) return this.#noteAt(uri, withheldUi)
    if (typeof uri === 'string' && typeof blob === 'string')
      return yield* this.#contents(part, uri, blob)
    if (type === 'resource' && isPart(resource)) return yield* this.#embedded(part, resource)
    return yield* this.#entries(part)
  }

  *#entries(part: Part): Steps<Part> {
    const shown: [string, unknown][] = []
    for (const [name, value] of Object.entries(part)) {
      const isMeta = name === '_meta' && this.#settings.ui === 'withhold'
      shown.push([this.#text(name), yield* this.of(isMeta ? withoutUi(value) : value)])
    }
    return Object.fromEntries(shown)
  }

  /** With a blob of which nobody says where it is from, it is one all the same. */
  *#embedded(part: Part, resource: Part): Steps<Part> {
    const { blob, uri = '' } = resource
    return yield* this.#entries(
      typeof blob === 'string' ? { ...part, resource: { ...resource, uri } } : part,
    )
  }

  *#media(part: Part, data: string): Steps<Part> {
    const shown = yield* this.#blob(data, part['mimeType'])
    if ('why' in shown) return this.#note(shown.why)
    return yield* this.#entries({ ...part, data: shown.data })
  }

  *#contents(part: Part, uri: string, blob: string): Steps<Part> {
    const shown = yield* this.#blob(blob, part['mimeType'])
    if ('why' in shown) return this.#noteAt(uri, shown.why)
    return yield* this.#entries({ ...part, blob: shown.data })
  }

  *#blob(data: string, mimeType: unknown): Steps<{ data: string } | { why: string }> {
    try {
      const mediaType = typeof mimeType === 'string' ? mimeType : ''
      const shown = yield* shownBlob(data, mediaType, this.#permit, this.#text)
      this.maskedCells += shown.maskedCells
      return shown
    } catch (caught) {
      return { why: toGatewayError(caught).message }
    }
  }

  #isWithheldUi(part: Part): boolean {
    return this.#settings.ui === 'withhold' && isUi(part)
  }

  /** Content of a result: a model reads why it has not got it. */
  #note(why: string): Part {
    this.maskedCells += 1
    return { type: 'text', text: `Withheld by Wardgate: ${why}.` }
  }

  #noteAt(uri: string, why: string): Part {
    this.maskedCells += 1
    return { uri: this.#text(uri), mimeType: 'text/plain', text: `Withheld by Wardgate: ${why}.` }
  }
}

const withheldUi = 'user interfaces of servers are not shown on this connection'

/** Of a list of resources or templates, rather than contents or content. */
function isEntry(part: Part): boolean {
  return !('type' in part || 'text' in part || 'blob' in part)
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
