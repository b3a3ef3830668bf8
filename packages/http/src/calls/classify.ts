import { commandFacts } from '@wardgate/shell'
import { analyze, emptyCatalog, indexCatalog } from '@wardgate/sql'
import type { FactsDraft } from '../facts-draft'
import type { ArgumentSetting } from '../settings'

/** Nobody knows the schema of a database behind a tool: tables go by the names that the text gives them. */
const noCatalog = indexCatalog(emptyCatalog)

/** Adds what a text does, as its own classifier says. Anything but a text is opaque. */
export function classifyText(value: unknown, as: ArgumentSetting['as'], draft: FactsDraft): void {
  if (value === undefined) return
  if (typeof value !== 'string') {
    draft.opaque(`what should be ${names[as]} is no text`)
    return
  }
  classifiers[as](value, draft)
}

const names = { sql: 'SQL', shell: 'a command', url: 'a URL' } as const

const classifiers: Readonly<
  Record<ArgumentSetting['as'], (text: string, draft: FactsDraft) => void>
> = { sql: classifySql, shell: classifyShell, url: classifyUrl }

/** By the grammar of PostgreSQL: what another dialect writes differently is not valid, so it is opaque. */
function classifySql(text: string, draft: FactsDraft): void {
  const { facts } = analyze({ phase: 'simple', text, prepared: [], role: '' }, noCatalog)
  draft.include(facts, (reason) => reason.startsWith('unknown relation '))
}

function classifyShell(text: string, draft: FactsDraft): void {
  const command = { shape: 'exec', text, terminal: false, environment: [] } as const
  draft.include(commandFacts(command, { shell: 'posix' }))
}

/** The host as the URL standard reads it, so that `0x7f.1` and `127.0.0.1` are one. */
function classifyUrl(text: string, draft: FactsDraft): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    draft.opaque('what should be a URL is none of http or https')
    return
  }
  // Readers disagree where the host begins and ends.
  if (url.username !== '' || url.password !== '' || /[\\\s]/.test(text.trim()))
    draft.opaque('the URL can be read in two ways')
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  const host = url.hostname.replace(/\.$/, '')
  draft.action('connect', `address:${host}:${port}`)
  draft.detail('url.host', host)
  draft.detail('url.port', port)
  draft.detail('url.path', url.pathname)
}
