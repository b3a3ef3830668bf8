/** `type/subtype` in lower case, without parameters; empty = not given. */
export function essenceOf(mediaType: string | undefined): string {
  return (mediaType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}
