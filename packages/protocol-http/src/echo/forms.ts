/** How a secret may come back from a target that shows what it was sent. */
export function formsOf(secret: string): readonly Buffer[] {
  const texts = [secret, ...percentForms(secret), ...base64Forms(secret)].flatMap(escapedForms)
  const all = new Set([...texts, ...hexForms(secret)])
  const backwards = Buffer.from(secret).reverse()
  return [...[...all].map((text) => Buffer.from(text)), ...wideForms(secret), backwards]
}

function hexForms(secret: string): readonly string[] {
  const lower = Buffer.from(secret).toString('hex')
  return [lower, lower.toUpperCase()]
}

/** UTF-16 of either order. */
function wideForms(secret: string): readonly Buffer[] {
  const littleEndian = Buffer.from(secret, 'utf16le')
  return [littleEndian, Buffer.from(littleEndian).swap16()]
}

function percentForms(secret: string): readonly string[] {
  const component = encodeURIComponent(secret)
  const strict = component.replace(/[!'()*]/g, percentOf)
  const upper = [component, strict, strict.replaceAll('%20', '+')]
  const lower = upper.map((form) => form.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()))
  return [...upper, ...lower]
}

function percentOf(character: string): string {
  return `%${hexOf(character, 2).toUpperCase()}`
}

/** Within a longer text a secret begins at any of three places of a group: what depends on neighbours is left out. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url')
    const whole = Math.floor(((shift + bytes.length) * 8) / 6)
    const urlSafe = text.slice(Math.ceil((shift * 8) / 6), whole)
    return [urlSafe, urlSafe.replaceAll('-', '+').replaceAll('_', '/')]
  })
}

/** As JSON and HTML writers have it; JSON within JSON as well. */
function escapedForms(form: string): readonly string[] {
  const json = JSON.stringify(form).slice(1, -1)
  const slashed = json.replaceAll('/', '\\/')
  const unicode = form.replace(/["&'+<>\\]/g, (character) => `\\u${hexOf(character, 4)}`)
  const html = form.replace(/["&'<>]/g, (character) => htmlNames[character] ?? character)
  return [
    form,
    json,
    slashed,
    JSON.stringify(json).slice(1, -1),
    unicode,
    unicode.replace(/\\u[0-9a-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`),
    html,
    html.replaceAll('&#39;', '&#x27;').replaceAll('&quot;', '&#34;'),
  ]
}

const htmlNames: Readonly<Record<string, string>> = {
  '"': '&quot;',
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
}

function hexOf(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0')
}
