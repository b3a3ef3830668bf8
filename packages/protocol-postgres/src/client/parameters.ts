import { ProtocolError } from '@wardgate/errors'
import { type ReplicationMode, readReplicationMode } from '../replication/mode'

/** Settings that change neither what a statement means nor what it may do. Any other has to be granted by name. */
const harmless = new Set([
  'application_name',
  'bytea_output',
  'client_min_messages',
  'datestyle',
  'enable_bitmapscan',
  'enable_hashjoin',
  'enable_indexscan',
  'enable_mergejoin',
  'enable_nestloop',
  'enable_seqscan',
  'extra_float_digits',
  'geqo',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'intervalstyle',
  'jit',
  'lock_timeout',
  'statement_timeout',
  'tcp_keepalives_count',
  'tcp_keepalives_idle',
  'tcp_keepalives_interval',
  'timezone',
  'work_mem',
])

/** Of Wardgate itself; the target never hears of it. */
const unmaskSetting = 'wardgate.unmask'

export interface SessionParameters {
  readonly user: string
  readonly database: string
  readonly applicationName: string
  /** The client takes what it may see as it is: masked, instead of people being asked to unmask it. */
  readonly takesMasked: boolean
  /** Settings for the target's session, by lower-case name. */
  readonly settings: ReadonlyMap<string, string>
  /** Undefined = an ordinary session. */
  readonly replication: ReplicationMode | undefined
}

/** Parts the startup parameters into identity and settings; refuses what could change what statements mean. */
export function readSessionParameters(
  parameters: ReadonlyMap<string, string>,
  granted: readonly string[],
): SessionParameters {
  const settings = new Map<string, string>()
  let replication: ReplicationMode | undefined
  let takesMasked = false
  const accept = (name: string, value: string) => {
    const key = name.toLowerCase()
    if (key === 'client_encoding') expectUtf8(value)
    else if (key === unmaskSetting) takesMasked = !isOn(value)
    else if (harmless.has(key) || granted.includes(key)) settings.set(key, value)
    else throw refused(name)
  }
  for (const [name, value] of parameters) {
    if (name === 'user' || name === 'database' || name.startsWith('_pq_.')) continue
    if (name === 'replication') replication = readReplicationMode(value)
    else if (name === 'options') for (const [key, text] of readOptions(value)) accept(key, text)
    else accept(name, value)
  }
  return {
    user: parameters.get('user') ?? '',
    // Physical replication is of no database; clients send a word in its place.
    database: replication === 'physical' ? '' : (parameters.get('database') ?? ''),
    applicationName: settings.get('application_name') ?? '',
    takesMasked,
    settings,
    replication,
  }
}

/**
 * Statements are judged as UTF-8: in another encoding a byte can be half of a character here and a quote there.
 * SQL_ASCII asks for no conversion; its clients send ASCII, or UTF-8 without knowing, and get UTF-8.
 */
function expectUtf8(value: string): void {
  const name = value.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (['', 'utf8', 'unicode', 'sqlascii'].includes(name)) return
  throw new ProtocolError(
    'ERR_PROTOCOL_UNSUPPORTED',
    `client_encoding "${value}" is not supported: use UTF8`,
  )
}

function isOn(value: string): boolean {
  const word = value.toLowerCase()
  if (['on', 'true', 'yes', '1'].includes(word)) return true
  if (['off', 'false', 'no', '0'].includes(word)) return false
  throw new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', `${unmaskSetting} is on or off`)
}

function refused(name: string): ProtocolError {
  return new ProtocolError(
    'ERR_PROTOCOL_UNSUPPORTED',
    `startup parameter "${name}" is not permitted on this connection`,
    { nextStep: 'Leave it out, or have an administrator add it to the startup parameters.' },
  )
}

/** `-c name=value` and `--name=value`, parted by spaces; a backslash takes the next character as it is. */
function readOptions(options: string): [string, string][] {
  const words = splitOptions(options)
  const settings: [string, string][] = []
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    let assignment: string
    if (word === '-c') assignment = words[(index += 1)] ?? ''
    else if (word.startsWith('-c') || word.startsWith('--')) assignment = word.slice(2)
    else throw refused(`options ${word}`)
    const equals = assignment.indexOf('=')
    if (equals < 1) throw refused(`options ${word}`)
    // As PostgreSQL does: a dash in an option's name stands for an underscore.
    settings.push([assignment.slice(0, equals).replaceAll('-', '_'), assignment.slice(equals + 1)])
  }
  return settings
}

function splitOptions(options: string): string[] {
  const words: string[] = []
  let word: string | undefined
  for (let index = 0; index < options.length; index += 1) {
    const character = options.charAt(index)
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + (character === '\\' ? options.charAt((index += 1)) : character)
    }
  }
  if (word !== undefined) words.push(word)
  return words
}
