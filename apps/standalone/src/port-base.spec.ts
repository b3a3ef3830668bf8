import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { notePortBase, requirePortBase } from './port-base'
import { readSettings } from './settings'

let home: string

beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'wardgate-ports-'))))
afterEach(() => rmSync(home, { recursive: true, force: true }))

const from = (base: number) =>
  readSettings({ WARDGATE_HOME: home, WARDGATE_PORT_BASE: String(base) })

it('may be any in a home where nothing was made', () => {
  requirePortBase(from(15_400))
  requirePortBase(from(25_400))
})

it('stays what it was when the home was made, and the refusal names it', () => {
  notePortBase(from(15_400))
  requirePortBase(from(15_400))
  expect(() => requirePortBase(from(25_400))).toThrow(
    expect.objectContaining({
      code: 'ERR_CONFIG_INVALID',
      message: `the state in ${home} was made with WARDGATE_PORT_BASE=15400`,
    }),
  )
})
