import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { locationFile, removeAbandoned, sharedFolder } from './shared-folder'

describe('shared folders', () => {
  let root: string
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'wardgate-shared-'))))
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const cluster = (wanted: string) => {
    const folder = sharedFolder(wanted, root)
    mkdirSync(join(folder, 'data'))
    return folder
  }

  it('let others through whatever the umask takes away', () => {
    const umask = process.umask(0o077)
    try {
      const folder = sharedFolder('purpose', join(root, 'everybodys'))
      for (const made of [folder, join(root, 'everybodys')])
        expect(statSync(made).mode & 0o777).toBe(0o755)
    } finally {
      process.umask(umask)
    }
  })

  it('removes the data of a cluster whose temporary folder is gone', () => {
    const gone = cluster(join(tmpdir(), 'wardgate-gone', 'database'))
    removeAbandoned(root)
    expect(existsSync(gone)).toBe(false)
  })

  it('keeps what is still wanted', () => {
    const wanted = join(root, 'home')
    writeFileSync(locationFile(wanted), '')
    const kept = cluster(wanted)
    removeAbandoned(root)
    expect(existsSync(kept)).toBe(true)
  })

  it('keeps what may be on a volume that is not mounted', () => {
    const kept = cluster('/volumes/of-somebody/.wardgate/database')
    removeAbandoned(root)
    expect(existsSync(kept)).toBe(true)
  })

  it('keeps folders without data or purpose, such as copies of binaries', () => {
    const binaries = sharedFolder(join(tmpdir(), 'native'), root)
    const foreign = join(root, 'foreign')
    mkdirSync(join(foreign, 'data'), { recursive: true })
    removeAbandoned(root)
    expect([existsSync(binaries), existsSync(foreign)]).toEqual([true, true])
  })
})
