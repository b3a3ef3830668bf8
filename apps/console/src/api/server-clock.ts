let aheadMillis = 0

/** Deadlines are the server's; a browser with a wrong clock must not show a wrong time left. */
export function hearServerTime(dateHeader: string | null): void {
  const time = dateHeader === null ? Number.NaN : Date.parse(dateHeader)
  if (Number.isNaN(time)) return
  const ahead = time - Date.now()
  // The header has whole seconds: less than that is no difference.
  aheadMillis = Math.abs(ahead) < 1_500 ? 0 : ahead
}

export function serverNow(): number {
  return Date.now() + aheadMillis
}
