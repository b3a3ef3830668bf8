import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasData, removeAllData } from './data-directory'
import { locationFile } from './shared-folder'

let folder: string

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wardgate-data-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('deletes no folder that is not one of its own, whatever is written down', () => {
  const foreign = join(folder, 'foreign')
  mkdirSync(join(foreign, 'data'), { recursive: true })
  const home = join(folder, 'home')
  mkdirSync(home)
  writeFileSync(locationFile(join(home, 'database')), `${join(foreign, 'data')}\n`)
  removeAllData(home)
  expect(existsSync(join(foreign, 'data'))).toBe(true)
  expect(existsSync(locationFile(join(home, 'database')))).toBe(false)
})

it('has data once a cluster was made there, or where it is said to be', () => {
  const wanted = join(folder, 'database')
  expect(hasData(wanted)).toBe(false)
  const elsewhere = join(folder, 'elsewhere')
  mkdirSync(elsewhere)
  writeFileSync(join(elsewhere, 'PG_VERSION'), '18\n')
  writeFileSync(locationFile(wanted), `${elsewhere}\n`)
  expect(hasData(wanted)).toBe(true)
})
