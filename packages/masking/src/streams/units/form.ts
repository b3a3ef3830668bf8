import { asBuffer } from '../../bytes'
import { maskTextAt } from '../json/text-at'
import type { PathState } from '../path/path-machine'
import type { Steps } from '../steps'
import type { ValueMasks } from '../value-masks'
import type { UnitFormat } from './unit-masker'

const [ampersand, percent] = [0x26, 0x25]

/** application/x-www-form-urlencoded (WHATWG URL 5): a unit is a pair with the `&` behind it. */
export function formBody(masks: ValueMasks): UnitFormat {
  return {
    name: 'form body',
    endOf(input, start, searched) {
      const found = input.indexOf(ampersand, start + searched)
      return found === -1 ? -1 : found + 1
    },
    mask: (unit) => maskPair(masks, unit),
  }
}

function* maskPair(masks: ValueMasks, unit: Uint8Array): Steps<Uint8Array> {
  const text = asBuffer(unit).toString('latin1')
  const end = text.endsWith('&') ? text.length - 1 : text.length
  const equals = text.indexOf('=')
  const split = equals === -1 ? end : equals
  const name = decoded(text.slice(0, split))
  const value = decoded(text.slice(Math.min(split + 1, end), end))
  const shownValue = yield* maskTextAt(masks, value, placeOf(masks, name))
  const shownName = masks.detected(name) ?? ''
  if (shownValue === value && shownName === name) return unit
  const pair = `${encoded(shownName)}${equals === -1 ? '' : '='}${encoded(shownValue)}`
  return Buffer.from(pair + text.slice(end))
}

/** Names such as `user[ssn]` and `user.ssn` are paths; a name may also be meant as it is written. */
function placeOf(masks: ValueMasks, name: string): PathState {
  const { root } = masks.paths
  const whole = root.member(name)
  if (whole.method !== undefined) return whole
  const parts = name.split(/[[\].]+/).filter((part) => part !== '')
  let state = root
  for (const part of parts) {
    state = state.member(part)
    if (state.method !== undefined) return state
  }
  return state
}

function decoded(text: string): string {
  const raw = Buffer.from(text.replaceAll('+', ' '), 'latin1')
  let length = 0
  for (let at = 0; at < raw.length; at++) {
    const [high, low] = raw[at] === percent ? [hexOf(raw[at + 1]), hexOf(raw[at + 2])] : [-1, -1]
    const isEscape = high !== -1 && low !== -1
    raw[length++] = isEscape ? high * 16 + low : (raw[at] as number)
    if (isEscape) at += 2
  }
  return raw.toString('utf8', 0, length)
}

function hexOf(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = (code | 0x20) - 0x61
  return letter >= 0 && letter < 6 ? letter + 10 : -1
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+')
}
