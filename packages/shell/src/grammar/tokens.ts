import type { RedirectOperator } from './tree'

/** Token numbers of mvdan/sh 0.10; the parser refuses to load when a probe shows others. */
export const token = {
  pipe: 12,
  pipeAll: 13,
  assignUnset: 74,
  assignUnsetOrNull: 75,
  otherExpansion: 84,
  testVariable: 110,
  testReference: 111,
  firstNumberTest: 116,
  lastNumberTest: 121,
} as const

export const redirectOperators: ReadonlyMap<number, RedirectOperator> = new Map([
  [54, '>'],
  [55, '>>'],
  [56, '<'],
  [57, '<>'],
  [58, '<&'],
  [59, '>&'],
  [60, '>|'],
  [61, '<<'],
  [62, '<<-'],
  [63, '<<<'],
  [64, '&>'],
  [65, '&>>'],
])
