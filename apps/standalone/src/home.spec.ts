import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeHome, requireRoom } from './home'

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

it('lets the user of the databases through also with an umask that would not', () => {
  const umask = process.umask(0o077)
  try {
    makeHome(join(folder, 'masked'))
  } finally {
    process.umask(umask)
  }
  const isRoot = process.getuid?.() === 0
  expect(statSync(join(folder, 'masked')).mode & 0o777).toBe(isRoot ? 0o711 : 0o700)
})

it('needs room for the databases, less once they are made', () => {
  const words = 'its disk has 100 MB left, and 256 MB are needed'
  expect(() => requireRoom(folder, true, 100)).toThrow(words)
  requireRoom(folder, false, 100)
  expect(() => requireRoom(folder, false, 31)).toThrow('31 MB left')
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

const asOthers = process.getuid?.() === 0 ? it.skip : it

asOthers('refuses one that is there and takes nothing', () => {
  const home = join(folder, 'closed')
  makeHome(home)
  chmodSync(home, 0o500)
  expect(() => makeHome(home)).toThrow(`nothing can be written in ${home} (permission denied)`)
})
