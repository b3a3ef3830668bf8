import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { quietLog } from '../testing/quiet-log'
import { temporaryFolder } from '../testing/temporary-folder'
import { claimSpool } from './claim-spool'

describe('the spool of an agent', () => {
  const { path: folder, remove } = temporaryFolder()

  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
  })

  afterAll(remove)

  function write(name: string): void {
    mkdirSync(join(folder, 'spool'), { recursive: true })
    writeFileSync(join(folder, 'spool', name), '')
  }

  it('is its own from start to start, and of a version that named no owner', () => {
    write('old')
    for (let start = 0; start < 3; start += 1)
      expect(claimSpool(folder, 'agent-1', quietLog)).toBe(join(folder, 'spool'))
    expect(readdirSync(join(folder, 'spool'))).toEqual(['old'])
  })

  it('is another one for another identity, and what the former left is kept', () => {
    for (const [agentId, name] of [
      ['agent-1', 'first'],
      ['agent-2', 'second'],
      ['agent-1', 'third'],
      ['agent-2', 'fourth'],
    ] as const) {
      claimSpool(folder, agentId, quietLog)
      write(name)
    }
    const contents = (name: string) => readdirSync(join(folder, name))
    expect(contents('spool')).toEqual(['fourth'])
    expect(contents('spool-of-agent-1')).toEqual(['first'])
    expect(contents('spool-of-agent-2')).toEqual(['second'])
    expect(contents('spool-of-agent-1-2')).toEqual(['third'])
  })
})
