import { commandFacts } from './command-facts'
import { loadShellParser } from './grammar/grammar'
import type { ShellDialect } from './settings'
import { factsOf, readJson, shows } from './testing/reference'

jest.setTimeout(60_000)

beforeAll(loadShellParser)

const cousins = readJson('cousins.json') as Record<
  'rm' | 'writes' | 'reads' | 'opaque' | 'benign',
  string[]
>

/** Whether it uses a file of /etc in such a way, or one that is not known. */
function uses(text: string, shell: ShellDialect, way: RegExp): boolean {
  const { actions, opaque } = factsOf(text, shell)
  const hits = actions.filter(({ action }) => way.test(action))
  return opaque.length > 0 || hits.some(({ resource }) => /^path:(?:\/etc|\*)/.test(resource))
}

describe('cousins of the bypass corpus', () => {
  it('that remove something say so, or cannot be known', () => {
    expect(cousins.rm.filter((text) => !shows(factsOf(text), 'rm'))).toEqual([])
  })

  it('that remove something say so where the shell is known', () => {
    const told = (text: string) =>
      factsOf(text, 'bash').actions.some(({ resource }) => /^command:rm( |$)/.test(resource))
    expect(cousins.rm.filter((text) => !told(text))).toEqual([])
  })

  it.each(['posix', 'bash'] as const)(
    'that use files of /etc say so or cannot be known, read by %s',
    (shell) => {
      expect(cousins.reads.filter((text) => !uses(text, shell, /^(?:read|delete)$/))).toEqual([])
      expect(
        cousins.writes.filter((text) => !uses(text, shell, /^(?:write|create|alter|delete)$/)),
      ).toEqual([])
    },
  )

  it.each([
    'diff -r /etc here',
    'diff --recurs here /etc',
    'diff -r --from-file=/etc here',
    'colordiff -ru /etc here',
  ])('that compare folders read what is below them: %s', (text) => {
    expect(factsOf(text).actions).toContainEqual({ action: 'read', resource: 'path:/etc/*' })
  })

  it('that cannot be known are opaque', () => {
    expect(cousins.opaque.filter((text) => factsOf(text).opaque.length === 0)).toEqual([])
  })

  it('that are harmless are known', () => {
    expect(cousins.benign.filter((text) => factsOf(text).opaque.length > 0)).toEqual([])
  })

  it.each([
    'git log',
    'git diff',
    'less f',
    'bat f',
    'man ls',
    'journalctl -u x',
    'systemctl status x',
    'apt-get install x',
    'top',
  ])('that reach a shell from a terminal cannot be known there: %s', (text) => {
    const onTerminal = { shape: 'exec', text, terminal: true, environment: [] } as const
    expect(commandFacts(onTerminal, { shell: 'posix' }).opaque).not.toEqual([])
    expect(factsOf(text).opaque).toEqual([])
  })
})
