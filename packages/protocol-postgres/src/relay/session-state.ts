import type { ReadingStyles, SessionState } from '@wardgate/gateway'
import type { UpstreamConnection } from '../upstream/connection'
import type { TransactionStatus } from '../wire'

/** Any text without one of these words changes nothing that is tracked here. */
const notable =
  /search_path|set_config|reset|discard|role|session|schema|client_encoding|standard_conforming|names|prepare|deallocate|declare|execute|commit|rollback|abort|\bend\b|\bcall\b|u&"|style|zone/i
const changesPath = /search_path|set_config|\bschema\b|\brole\b|\bsession\b|u&"/i
const changesRole = /\brole\b|\bsession\b|set_config|u&"/i
const changesLexing = /client_encoding|standard_conforming|set_config|\bnames\b|u&"/i
const changesStyles = /style|zone|set_config|reset|discard|u&"/i
/** `AT TIME ZONE` alone changes nothing. */
const setsAnything = /\bset\b|set_config|reset|discard|u&"/i
/** Back to what was known at connect: it matters only where a later value is known. */
const resets = /reset|discard/i
/** A path that was set within the transaction, or since a savepoint, is taken back with it. */
const takesBack = /commit|rollback|abort|\bend\b|\bcall\b/i
/** asyncpg sends this around its catalog queries; it changes nothing that is tracked. */
const harmlessCall = /set_config\('jit',\s*'(?:on|off)',\s*(?:true|false)\)/gi

/** What can no longer be said with certainty; no role has this name. */
const UNKNOWN_ROLE = '?'

/** What is known of the target's session. Knowledge is only given up, never guessed. */
export class TrackedState {
  transaction: TransactionStatus = 'idle'
  /** A forwarded text may have changed how the next one is read; ReadyForQuery brings certainty. */
  isLexingUncertain = false
  private readonly database: string
  private readonly loginRole: string
  private role = ''
  private searchPath: readonly string[] | undefined
  private reportsPath: boolean
  private isPathUncertain = false
  private areStylesUncertain = false
  private haveStylesMoved = false
  private readonly parameters: ReadonlyMap<string, string>
  private hasPathMoved = false
  private hasFreedNames = false

  constructor(connection: UpstreamConnection, database: string, loginRole: string) {
    this.database = database
    this.loginRole = loginRole
    this.parameters = connection.parameters
    this.reportsPath = connection.parameters.has('search_path')
    this.searchPath = this.resolve(connection.searchPath)
  }

  snapshot(): SessionState {
    const { database, role, transaction, searchPath, styles } = this
    const isPathKnown = searchPath !== undefined && !this.isPathUncertain
    return {
      database,
      role,
      transaction,
      ...(isPathKnown && { searchPath }),
      ...(styles && { styles }),
    }
  }

  static isNotable(text: string): boolean {
    return notable.test(text)
  }

  /** Called when the text is forwarded. Says whether names may now stand for other statements or queries. */
  note(text: string): { readonly statementsVoid: boolean; readonly portalsVoid: boolean } {
    const rest = text.replace(harmlessCall, '')
    if (changesRole.test(rest)) this.role = UNKNOWN_ROLE
    if (changesLexing.test(rest)) this.isLexingUncertain = true
    if (this.reportsPath && (changesPath.test(rest) || resets.test(rest)))
      this.isPathUncertain = true
    if (changesPath.test(rest)) this.hasPathMoved = true
    if (this.reportsPath && this.hasPathMoved && takesBack.test(rest)) this.isPathUncertain = true
    if (changesPath.test(rest) && (!this.reportsPath || this.role !== ''))
      this.searchPath = undefined
    this.noteStyles(rest)
    if (/deallocate|discard/i.test(rest)) this.hasFreedNames = true
    return {
      statementsVoid: this.hasFreedNames && /prepare/i.test(rest),
      portalsVoid: /declare/i.test(rest),
    }
  }

  /** PostgreSQL 18 reports the search path; earlier ones are known until a text could change it. */
  reported(name: string, value: string): void {
    if (name !== 'search_path') return
    this.reportsPath = true
    this.hasPathMoved = true
    this.searchPath = this.role === '' ? this.resolve(value) : undefined
  }

  /** ReadyForQuery: everything that changed has been reported. */
  ready(status: TransactionStatus, isLast: boolean): void {
    this.transaction = status
    if (!isLast) return
    this.isLexingUncertain = false
    this.isPathUncertain = false
    this.areStylesUncertain = false
  }

  private noteStyles(text: string): void {
    if (changesStyles.test(text) && setsAnything.test(text))
      this.areStylesUncertain = this.haveStylesMoved = true
    else if (this.haveStylesMoved && takesBack.test(text)) this.areStylesUncertain = true
  }

  /** The target reports each change of these; between a text that may make one and ReadyForQuery nothing is sure. */
  private get styles(): ReadingStyles | undefined {
    const dateStyle = this.parameters.get('DateStyle')
    const intervalStyle = this.parameters.get('IntervalStyle')
    const timeZone = this.parameters.get('TimeZone')
    if (this.areStylesUncertain || dateStyle === undefined) return undefined
    if (intervalStyle === undefined || timeZone === undefined) return undefined
    return { dateStyle, intervalStyle, timeZone }
  }

  private resolve(path: string): readonly string[] {
    return splitIdentifiers(path).map((name) => (name === '$user' ? this.loginRole : name))
  }
}

/** A list of identifiers as PostgreSQL prints it: quoted where needed, a quote inside is doubled. */
export function splitIdentifiers(list: string): string[] {
  const names: string[] = []
  for (const [, quoted, plain] of list.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^",\s]+))\s*(?:,|$)/g)) {
    if (quoted !== undefined) names.push(quoted.replaceAll('""', '"'))
    else if (plain !== undefined) names.push(plain.toLowerCase())
  }
  return names
}
