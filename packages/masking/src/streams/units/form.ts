import { asBuffer } from '../../bytes'
import { maskTextAt } from '../json/text-at'
import type { PathState } from '../path/path-machine'
import type { ValueMasks } from '../value-masks'
import type { UnitFormat } from './unit-masker'

const ampersand = 0x26

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

function maskPair(masks: ValueMasks, unit: Uint8Array): Uint8Array {
  const text = asBuffer(unit).toString('latin1')
  const end = text.endsWith('&') ? text.length - 1 : text.length
  const equals = text.indexOf('=')
  const split = equals === -1 ? end : equals
  const name = decoded(text.slice(0, split))
  const value = decoded(text.slice(Math.min(split + 1, end), end))
  const shownValue = maskTextAt(masks, value, placeOf(masks, name))
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
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+')
}
