/** Resources that a client renders rather than reads: https://github.com/modelcontextprotocol/ext-apps */
const scheme = /^\s*ui:/i
const application = /;\s*profile\s*=\s*"?mcp-app\b/i

type Part = Readonly<Record<string, unknown>>

/** Whether a resource, a link to one or a template of some is for a client to render. */
export function isUi({ uri, uriTemplate, mimeType }: Part): boolean {
  return (
    [uri, uriTemplate].some((value) => typeof value === 'string' && scheme.test(value)) ||
    (typeof mimeType === 'string' && application.test(mimeType))
  )
}

/** What a tool or a result says of its interface is in `_meta`, under several names: known by what it points at. */
export function withoutUi(meta: unknown): unknown {
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return meta
  return Object.fromEntries(
    Object.entries(meta).filter(([name, value]) => !isUiName(name) && !pointsAtUi(value)),
  )
}

function isUiName(name: string): boolean {
  return name === 'ui' || name.startsWith('ui/')
}

function pointsAtUi(value: unknown): boolean {
  if (typeof value === 'string') return scheme.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(pointsAtUi)
}
