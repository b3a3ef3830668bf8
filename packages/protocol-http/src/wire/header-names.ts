import { remembered } from './remembered'

/** Of one connection only: https://datatracker.ietf.org/doc/html/rfc9110#section-7.6.1 */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/**
 * Names that targets take for the word of a trusted proxy: identity, address, route. A client's own are never passed
 * on. Compared with `_` as `-`, because CGI and WSGI targets cannot tell them apart.
 */
const proxyWords = [
  /^x-forwarded(-|$)/,
  /^forwarded$/,
  /^via$/,
  /^x-real-ip$/,
  /^x-client-ip$/,
  /^true-client-ip$/,
  /^cf-connecting-ip$/,
  /^x-cluster-client-ip$/,
  /^x-original-(url|uri|host|method)$/,
  /^x-rewrite-url$/,
  /^x-(auth|authenticated|remote|proxy|warpgate|wardgate)-/,
  /^x-(user|remote-user|user-name|username|webauth-user)$/,
  /^remote-user$/,
  /^wardgate-/,
  /^x-host$/,
  /^x-http-host-override$/,
]

/** Set by us: framing, the target's own name, credentials. */
const ownRequestHeaders = new Set([
  'host',
  'content-length',
  'expect',
  'authorization',
  'authority',
  // Carry text that differs with each try; an approval binds to what is sent.
  'tracestate',
  'baggage',
  'traceparent',
])

/** About the client's connection to somebody else, which is not ours to promise. */
const ownResponseHeaders = new Set([
  'alt-svc',
  'www-authenticate',
  'public-key-pins',
  'clear-site-data',
])

/** As CGI and WSGI targets read it, who cannot tell `_` from `-`. */
export function dashedName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

export function isHopByHop(name: string): boolean {
  return hopByHop.has(name)
}

/** Whether a header of the client's, in lower case, never goes on. */
export const isDroppedFromRequest = remembered((name: string): boolean => {
  if (hopByHop.has(name) || ownRequestHeaders.has(name)) return true
  const dashed = dashedName(name)
  return (
    hopByHop.has(dashed) ||
    ownRequestHeaders.has(dashed) ||
    proxyWords.some((pattern) => pattern.test(dashed))
  )
})

export function isDroppedFromResponse(name: string): boolean {
  return hopByHop.has(name) || ownResponseHeaders.has(name)
}

/** Validators and lengths that are no longer true once bytes have changed. */
const ofTheBytes = new Set([
  'content-length',
  'content-encoding',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'etag',
  'accept-ranges',
  'last-modified',
])

export function speaksOfBytes(name: string): boolean {
  return ofTheBytes.has(name)
}
