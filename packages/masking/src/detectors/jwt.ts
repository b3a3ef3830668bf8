import { isAlphanumericCode, type Detector } from './detector'

/** `{"` in base64url: how the header of every compact JWS and JWE begins. */
const header = 'eyJ'
const minHeader = 12

/** JSON web tokens in compact form (RFC 7515 7.1), signed, encrypted or unsigned. */
export const jwt: Detector = {
  name: 'jwt',
  possible: ({ longestWord }) => longestWord >= minHeader,
  find(text, found) {
    for (let at = text.indexOf(header); at !== -1;) {
      const end = endOfToken(text, at)
      if (end !== -1) found(at, end)
      // Behind what was looked at, so that a hostile text is not read again and again.
      at = text.indexOf(header, Math.max(end, endOfSegment(text, at)))
    }
  },
}

function endOfToken(text: string, start: number): number {
  const headerEnd = endOfSegment(text, start)
  if (headerEnd - start < minHeader || text.charAt(headerEnd) !== '.') return -1
  let end = endOfSegment(text, headerEnd + 1)
  if (text.charAt(end) !== '.') return -1
  while (text.charAt(end) === '.') end = endOfSegment(text, end + 1)
  return end
}

function endOfSegment(text: string, start: number): number {
  let end = start
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (!isAlphanumericCode(code) && code !== 0x2d && code !== 0x5f) break
  }
  return end
}
