/** Whether the host is this machine, where nobody can sit between. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** Keys and metadata come over TLS, or from this machine: else whoever sits between could mint tokens. */
export function isTrustworthy(rawUrl: string): boolean {
  if (!URL.canParse(rawUrl)) return false
  const url = new URL(rawUrl)
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}
