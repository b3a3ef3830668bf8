import { ProtocolError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import { nothing, stepsOf, type Steps } from '../relay/turns'
import { essenceOf } from '../wire/media-type'

const textLike =
  /^(?:text\/.+|application\/(?:json|xml|yaml|x-yaml|javascript|sql|toml|x-ndjson|jsonl)|.+\+(?:json|xml|yaml))$/
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export interface ShownBlob {
  readonly data: string
  readonly maskedCells: number
}

/**
 * Base64 as the client may see it: what it holds is masked as a body of its type is. Throws where such a body would be
 * withheld, and where it is no base64 while something is masked.
 */
export function* shownBlob(
  data: string,
  mediaType: string,
  permit: Permit,
  clean: (text: string) => string,
): Steps<ShownBlob> {
  const isText = textLike.test(essenceOf(mediaType))
  if (permit.unmasked === true && !isText) return { data, maskedCells: 0 }
  if (!base64.test(data)) throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'it is not base64')
  const raw = Buffer.from(data, 'base64')
  const masker = permit.body(mediaType)
  const bytes = isText ? cleaned(raw, clean) : raw
  const shown = yield* masked(masker, bytes)
  const isSame = bytes === raw && shown.equals(raw)
  return { data: isSame ? data : shown.toString('base64'), maskedCells: masker.maskedCells }
}

/** Others have their turn meanwhile: with every detector, a MiB takes a second. */
function* masked(masker: ReturnType<Permit['body']>, bytes: Buffer): Steps<Buffer> {
  const parts: Buffer[] = []
  // A copy: what a masker hands out is its own by the next turn.
  const write = (step: Uint8Array) => void parts.push(Buffer.from(masker.write(step)))
  for (const step of stepsOf(bytes)) {
    write(step)
    yield
    for (; masker.isBehind; yield) write(nothing)
  }
  return Buffer.concat([...parts, masker.end()])
}

/** Text in another encoding is left to the masker, which refuses what it cannot read. */
function cleaned(raw: Buffer, clean: (text: string) => string): Buffer {
  const text = raw.toString()
  if (!Buffer.from(text).equals(raw)) return raw
  const shown = clean(text)
  return shown === text ? raw : Buffer.from(shown)
}
