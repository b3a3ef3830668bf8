import { commandPatternProblem, compileCommandPattern } from './command-pattern'
import { compileResourcePattern } from './resource-pattern'

const matches = (pattern: string, line: string) => compileCommandPattern(pattern).matches(line)

describe('patterns of commands that rules grant', () => {
  it.each([
    ['git status', 'git status'],
    ['git status *', 'git status'],
    ['git status *', 'git status -s --branch'],
    ['git -C * status', 'git -C /srv/app status'],
    ['git ** status', 'git status'],
    ['git ** status', 'git -C /srv -c a=b status'],
    ['tail -n ? *', 'tail -n 5 /var/log/syslog'],
    ['echo fix\\ the*', 'echo fix\\ the\\ bug'],
    ['ls *', 'ls **'],
    ['ls /srv/*', 'ls /srv/*'],
    ['*', 'anything at all'],
    ["printf ''", "printf ''"],
  ])('%s takes %s', (pattern, line) => {
    expect(matches(pattern, line)).toBe(true)
  })

  it.each([
    ['git status', 'git status -s'],
    ['git status', 'git'],
    ['git -C * status', 'git -C /srv/app push --force status'],
    ['git -C * status', 'git -C a\\ status'],
    ['git status *', 'git\\ status x'],
    ['git stat?s', 'git stat*s'],
    ['cp * /backup', 'cp ** /backup'],
    ['cp * /backup', 'cp a -t /etc b /backup'],
    ['ls /srv/*', 'ls **'],
    ['ls /srv/*', 'ls /srv/**'],
    ['git *log', 'git push log'],
    ['ls', 'LS'],
  ])('%s does not take %s', (pattern, line) => {
    expect(matches(pattern, line)).toBe(false)
  })

  it('are tried against commands only', () => {
    expect(compileResourcePattern('path:/srv/*').grants('command:git status')).toBe(false)
    expect(compileResourcePattern('*').grants('command:git status')).toBe(true)
    expect(compileResourcePattern('com*:git *').grants('command:git -C x')).toBe(true)
    expect(compileResourcePattern('com*:git * x').grants('command:git a b x')).toBe(false)
  })

  it('restrict whatever a wildcard could stand for, across arguments', () => {
    const rule = compileResourcePattern('command:rm * /srv')
    expect(rule.restricts('command:rm -r -f /srv')).toBe(true)
    expect(rule.restricts('command:RM -r -f /srv')).toBe(true)
    expect(rule.restricts('command:rm **')).toBe(true)
    expect(rule.restricts('command:** x /srv')).toBe(true)
    expect(rule.restricts('command:ls /srv')).toBe(false)
  })

  it.each(['echo "a b"', "echo 'a'", 'a; b', 'a && b', 'a  b', '$x', 'find {} -name'])(
    'refuses %s, which could match nothing',
    (pattern) => {
      expect(commandPatternProblem(pattern)).toBeDefined()
    },
  )

  it.each(['git status *', "printf ''", 'echo a\\;b', 'echo fix\\ it', 'find . -exec rm \\{\\} *'])(
    'accepts %s',
    (pattern) => {
      expect(commandPatternProblem(pattern)).toBeUndefined()
    },
  )
})
