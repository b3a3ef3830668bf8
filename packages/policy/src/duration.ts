const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

export const durationPattern = /^[1-9][0-9]{0,6}(s|m|h|d)$|^0s?$/

/** `50s`, `15m`, `2h`, `1d`, or a number of seconds, in seconds; undefined when it is none of them. */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined
  if (!durationPattern.test(value)) return undefined
  const unit = value.slice(-1)
  if (!(unit in unitSeconds)) return Number(value)
  return Number(value.slice(0, -1)) * unitSeconds[unit as keyof typeof unitSeconds]
}
