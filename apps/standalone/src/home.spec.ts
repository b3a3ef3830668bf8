import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeHome } from './home'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardgate-home-'))
  writeFileSync(join(folder, 'file'), '')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('is made with the folders above it, and may be there already', () => {
  const home = join(folder, 'a/b')
  makeHome(home)
  makeHome(home)
  expect(statSync(home).isDirectory()).toBe(true)
  expect(statSync(home).mode & 0o066).toBe(0)
})

it.each([
  ['a file', 'file', 'file is not a folder'],
  ['a path through a file', 'file/home', 'file is not a folder'],
])('refuses %s in one line that names it', (_what, name, words) => {
  const home = join(folder, name)
  expect(() => makeHome(home)).toThrow(
    expect.objectContaining({
      code: 'ERR_CONFIG_INVALID',
      message: expect.stringContaining(words),
    }),
  )
  expect(() => makeHome(home)).toThrow(`WARDGATE_HOME (${home}) cannot hold the state`)
})

const onLinux = process.platform === 'linux' ? it : it.skip

onLinux('refuses a place where the system takes no folders, and does not try for ever', () => {
  expect(() => makeHome('/proc/wardgate/home')).toThrow('the folder /proc/wardgate cannot be made')
})
