import type { Traits } from './traits'

/** Told of every find: [start, end) in UTF-16 units of the text that was searched. */
export type Found = (start: number, end: number) => void

/**
 * Finds one kind of sensitive value in text, in time linear in its length whatever the text is. The text may be
 * UTF-8 bytes read as Latin-1: units from 0x80 on count as letters of some script.
 */
export interface Detector {
  readonly name: string
  /** False only when `find` would find nothing in any text with these traits. */
  possible(traits: Traits): boolean
  find(text: string, found: Found): void
}

export function isDigitCode(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

export function isAlphanumericCode(code: number): boolean {
  const lower = code | 0x20
  return isDigitCode(code) || (lower >= 0x61 && lower <= 0x7a)
}

/** Letters, digits and whatever is beyond ASCII. NaN, the code before and after the text, is none. */
export function isWordCode(code: number): boolean {
  return isAlphanumericCode(code) || code >= 0x80
}
