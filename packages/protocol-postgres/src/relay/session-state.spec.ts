import { Duplex } from 'node:stream'
import { splitIdentifiers, TrackedState } from './session-state'

function tracked(reportsPath: boolean, reported?: Map<string, string>): TrackedState {
  const stream = new Duplex()
  const parameters = reported ?? new Map(reportsPath ? [['search_path', 'public']] : [])
  const endpoint = { host: 'target.test', port: 1 }
  const searchPath = '"$user", public'
  const key = Buffer.alloc(8)
  const connection = { stream, dialled: stream, endpoint, parameters, key, searchPath }
  return new TrackedState(connection, 'shop', 'app')
}

it('reads lists of identifiers as PostgreSQL prints them', () => {
  expect(splitIdentifiers('"$user", public')).toEqual(['$user', 'public'])
  expect(splitIdentifiers('"A ""b"", c", D')).toEqual(['A "b", c', 'd'])
  expect(splitIdentifiers('')).toEqual([])
})

it('knows the search path until a text could change it', () => {
  const state = tracked(false)
  expect(state.snapshot().searchPath).toEqual(['app', 'public'])
  state.note('SELECT 1')
  expect(state.snapshot().searchPath).toEqual(['app', 'public'])
  state.note(`SET search_path = evil`)
  state.ready('idle', true)
  expect(state.snapshot().searchPath).toBeUndefined()
})

it('knows how the target reads dates until a text could change it, and again once it has said', () => {
  const parameters = new Map([
    ['DateStyle', 'ISO, MDY'],
    ['IntervalStyle', 'postgres'],
    ['TimeZone', 'UTC'],
  ])
  const state = tracked(false, parameters)
  const styles = { dateStyle: 'ISO, MDY', intervalStyle: 'postgres', timeZone: 'UTC' }
  expect(state.snapshot().styles).toEqual(styles)
  state.note("SELECT now() AT TIME ZONE 'UTC'")
  expect(state.snapshot().styles).toEqual(styles)
  state.note("SET datestyle = 'ISO, DMY'")
  expect(state.snapshot().styles).toBeUndefined()
  parameters.set('DateStyle', 'ISO, DMY')
  state.ready('active', true)
  expect(state.snapshot().styles).toEqual({ ...styles, dateStyle: 'ISO, DMY' })
  state.note('ROLLBACK')
  expect(state.snapshot().styles).toBeUndefined()
})

it('waits for the report of a target that reports its path', () => {
  const state = tracked(true)
  state.note('SET search_path = other')
  expect(state.snapshot().searchPath).toBeUndefined()
  state.reported('search_path', 'other')
  state.ready('idle', true)
  expect(state.snapshot().searchPath).toEqual(['other'])
})

it.each(['ROLLBACK', 'commit', 'ROLLBACK TO a', 'END', 'CALL p()'])(
  'waits for the report again after %s, which may take a path back',
  (text) => {
    const state = tracked(true)
    state.note(text)
    expect(state.snapshot().searchPath).toEqual(['app', 'public'])
    state.note('SET LOCAL search_path = other')
    state.reported('search_path', 'other')
    state.ready('active', true)
    state.note(text)
    expect(state.snapshot().searchPath).toBeUndefined()
    state.ready('idle', true)
    expect(state.snapshot().searchPath).toEqual(['other'])
  },
)

it.each(['SET ROLE x', 'SET SESSION AUTHORIZATION x', `SELECT set_config('role', 'x', false)`])(
  'does not know the role after %s',
  (text) => {
    const state = tracked(true)
    state.note(text)
    expect(state.snapshot().role).toBe('?')
  },
)

it('is uncertain of the next text after one that may change how it is read', () => {
  const state = tracked(true)
  state.note(`SELECT set_config('jit', 'off', false)`)
  expect(state.isLexingUncertain).toBe(false)
  state.note(`SET NAMES 'SJIS'`)
  state.ready('idle', false)
  expect(state.isLexingUncertain).toBe(true)
  state.ready('idle', true)
  expect(state.isLexingUncertain).toBe(false)
})

it('frees names before PREPARE may take them, and cursors when SQL declares one', () => {
  const state = tracked(true)
  expect(state.note('PREPARE x AS SELECT 1')).toEqual({ statementsVoid: false, portalsVoid: false })
  state.note('DEALLOCATE x')
  expect(state.note('prepare x AS SELECT 1').statementsVoid).toBe(true)
  expect(state.note('declare c CURSOR FOR SELECT 1').portalsVoid).toBe(true)
})
