/** Where the target is for us, and where it is for the client. */
export interface Whereabouts {
  readonly scheme: 'http' | 'https'
  readonly authority: string
  /** `/<connection>`, or empty when the whole host is the connection. */
  readonly prefix: string
}

export type Location =
  | { readonly kind: 'own'; readonly value: string }
  /** Another host: a client that followed it would leave the gateway. */
  | { readonly kind: 'foreign' }

/** A reference from the target as the client has to follow it: always a path below its own prefix. */
export function rewriteLocation(value: string, requestPath: string, where: Whereabouts): Location {
  const base = `${where.scheme}://${where.authority}`
  let url: URL
  try {
    url = new URL(value, `${base}${requestPath}`)
  } catch {
    return { kind: 'foreign' }
  }
  if (!isTarget(url, new URL(base))) return { kind: 'foreign' }
  return { kind: 'own', value: `${where.prefix}${url.pathname}${url.search}${url.hash}` }
}

/** Only the host counts: a target behind a proxy may take itself for http, and ports differ with them. */
function isTarget(url: URL, own: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  return /^https?:$/.test(url.protocol) && url.hostname === own.hostname
}

/** A cookie of the target as one of this connection alone: other connections share our host with it. */
export function rewriteCookie(value: string, { prefix }: Whereabouts): string {
  const [pair = '', ...attributes] = value.split(';')
  const kept = attributes.filter((attribute) => !/^\s*domain\s*=/i.test(attribute))
  if (prefix === '') return [pair, ...kept].join(';')
  const path = kept.map((text) => /^\s*path\s*=\s*(\/\S*)/i.exec(text)?.[1]).find(Boolean) ?? '/'
  const others = kept.filter((attribute) => !/^\s*path\s*=/i.test(attribute))
  return [pair, ...others, ` Path=${prefix}${path}`].join(';')
}
