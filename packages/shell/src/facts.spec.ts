import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandFacts, fileFacts, forwardFacts, shellRiskFactors, shellSettings } from './index'
import { loadShellParser } from './grammar/grammar'
import { factsOf } from './testing/reference'

beforeAll(loadShellParser)

const resources = (text: string) =>
  factsOf(text).actions.map(({ action, resource }) => `${action} ${resource}`)
const risks = (text: string) => factsOf(text).risk.factors.map(({ name }) => name)

describe('a line that runs in a directory', () => {
  const resources = (text: string, directory: string) =>
    commandFacts(
      { shape: 'exec', text, terminal: false, environment: [], directory },
      { shell: 'posix' },
    ).actions.flatMap(({ action, resource }) =>
      action === 'exec' ? [] : [`${action} ${resource}`],
    )

  it.each([
    ['cat a', '', 'read path:~/a'],
    ['cat a', '/srv', 'read path:/srv/a'],
    ['cat ./b/../a', '/srv', 'read path:/srv/a'],
    ['cat ../../../etc/shadow', '/srv/x', 'read path:/etc/shadow'],
    ['cat ~/a /b', '/srv', 'read path:~/a', 'read path:/b'],
    ['cat *', '/srv', 'read path:/srv/*'],
    ['cat a', '/srv/a*b c', 'read path:/srv/a\\*b\\ c/a'],
    ['cat root/etc/shadow', '/proc/self', 'read path:*'],
    ['cd x; cat a', '/srv', 'read path:*/a'],
  ])('%j in %j', (text, directory, ...expected) => {
    expect(resources(text, directory)).toEqual(expected)
  })
})

describe('facts of command lines', () => {
  it.each([
    ['ls -la "my file"', ['exec command:ls -la my\\ file']],
    ['a "" \'*\' * "$x" $x', ["exec command:a '' \\* ** * **"]],
    ['/usr/bin/git status', ['exec command:git status']],
    ['/tmp/git status', ['exec command:/tmp/git status', 'exec command:git status']],
    [
      'cat ../x ./a/../b ~/c /d//e/./f',
      [
        'exec command:cat ../x ./a/../b ~/c /d//e/./f',
        'read path:*',
        'read path:~/b',
        'read path:~/c',
        'read path:/d/e/f',
      ],
    ],
    [
      'cd /etc && cat shadow',
      ['exec command:cd /etc', 'exec command:cat shadow', 'read path:*/shadow'],
    ],
    ['cat /var/log/*.log', ['exec command:cat /var/log/**.log', 'read path:/var/log/*.log']],
    ['cat /srv/$x', ['exec command:cat /srv/**', 'read path:*']],
    ['cat /srv/.*', ['exec command:cat /srv/.**', 'read path:*']],
    [
      'ls > /a >> b 2>/dev/null 2>&1 < c',
      ['exec command:ls', 'write path:/a', 'write path:~/b', 'read path:~/c'],
    ],
    [
      'cp a /etc/cron.d',
      [
        'exec command:cp a /etc/cron.d',
        'read path:~/a',
        'write path:/etc/cron.d',
        'write path:/etc/cron.d/a',
      ],
    ],
    ['rm -r /srv/x', ['exec command:rm -r /srv/x', 'delete path:/srv/x', 'delete path:/srv/x/*']],
    ['scp -r -t /srv', ['exec command:scp -r -t /srv', 'write path:/srv', 'write path:/srv/*']],
    ['echo x > /dev/tcp/10.0.0.1/80', ['exec command:echo x', 'forward address:10.0.0.1:80']],
    [
      'env -C /etc cat shadow',
      ['exec command:env -C /etc cat shadow', 'exec command:cat shadow', 'read path:*/shadow'],
    ],
    [
      "find /etc -execdir cat shadow ';'",
      [
        'exec command:find /etc -execdir cat shadow \\;',
        'exec command:cat shadow',
        'read path:*/shadow',
      ],
    ],
    [
      'cat /proc/self/root/etc/shadow',
      ['exec command:cat /proc/self/root/etc/shadow', 'read path:*'],
    ],
    [
      'cp --targ=/etc/cron.d x',
      [
        'exec command:cp --targ=/etc/cron.d x',
        'read path:~/x',
        'write path:/etc/cron.d',
        'write path:/etc/cron.d/x',
      ],
    ],
    [
      'cp --target-directory /etc x',
      [
        'exec command:cp --target-directory /etc x',
        'read path:/etc',
        'write path:*',
        'read path:~/x',
      ],
    ],
    [
      'sort --out=/etc/x y',
      ['exec command:sort --out=/etc/x y', 'read path:~/y', 'write path:/etc/x'],
    ],
    ['chmod -w /etc/x', ['exec command:chmod -w /etc/x', 'alter path:/etc/x']],
    [
      'chmod --reference=a /etc/x',
      ['exec command:chmod --reference=a /etc/x', 'alter path:/etc/x'],
    ],
    [
      'grep --file=/etc/shadow x',
      ['exec command:grep --file=/etc/shadow x', 'read path:/etc/shadow', 'read path:~/x'],
    ],
    ['sudo -u root ls', ['exec command:sudo -u root ls', 'exec command:ls']],
  ])('%j does %j', (text, expected) => {
    expect(resources(text)).toEqual(expected)
  })

  it('tell names, argument lists and files as detail', () => {
    expect(factsOf('cat a | tee b').detail).toEqual({
      'shell.commands': ['cat', 'tee'],
      'shell.argv': ['cat a', 'tee b'],
      'shell.programs': ['cat', 'tee'],
      'shell.reads': ['~/a'],
      'shell.writes': ['~/b'],
      'shell.terminal': false,
    })
  })

  it('read the text of another shell by that shell', () => {
    const text = "sh -c \"echo $'a\\\\'b; rm x; #'\""
    expect(factsOf(text.replace('sh -c', 'bash -c'), 'bash').opaque).toEqual([])
    expect(factsOf(text, 'bash').opaque).not.toEqual([])
  })

  it('show neither arguments nor comments in the summary', () => {
    expect(factsOf('mysql -psecret # note').summary).toBe('runs mysql')
  })

  it('hold an interactive shell for what it is', () => {
    const facts = commandFacts(
      { shape: 'shell', text: '', terminal: true, environment: [] },
      { shell: 'bash' },
    )
    expect(facts).toMatchObject({
      actions: [{ action: 'shell', resource: 'shell:interactive' }],
      opaque: ['an interactive shell runs whatever is typed later'],
    })
  })

  it.each(['LD_PRELOAD', 'BASH_ENV', 'GIT_SSH_COMMAND', 'EDITOR', 'PYTHONSTARTUP', 'FOO'])(
    'are opaque when the session sets %s',
    (name) => {
      const environment = [{ name, value: 'x' }]
      const facts = commandFacts(
        { shape: 'exec', text: 'ls', terminal: false, environment },
        { shell: 'bash' },
      )
      expect(facts.opaque).toHaveLength(1)
    },
  )

  it('take settings that are not known for another shell', () => {
    expect(
      [undefined, {}, { shell: 'bash' }, { shell: 'zsh' }, { shell: 1 }].map(shellSettings),
    ).toEqual(['posix', 'posix', 'bash', 'other', 'other'].map((shell) => ({ shell })))
  })
})

describe('facts of files', () => {
  it.each([
    [{ action: 'read', path: '/etc/shadow' }, ['read path:/etc/shadow']],
    [{ action: 'write', path: '../x' }, ['write path:*']],
    [{ action: 'read', path: 'a/../../b' }, ['read path:*']],
    [
      { action: 'symlink', path: '/srv/pub/l', destination: 'x/../y' },
      ['create path:/srv/pub/l', 'read path:/srv/pub/y', 'write path:/srv/pub/y'],
    ],
    [
      { action: 'symlink', path: 'l', destination: '../x' },
      ['create path:~/l', 'read path:*', 'write path:*'],
    ],
    [{ action: 'append', path: 'a/../b' }, ['write path:~/b']],
    [{ action: 'rename', path: '/a', destination: '/b' }, ['delete path:/a', 'write path:/b']],
    [
      { action: 'symlink', path: 'l', destination: '/etc/shadow' },
      ['create path:~/l', 'read path:/etc/shadow', 'write path:/etc/shadow'],
    ],
    [{ action: 'remove', path: '/a*b' }, ['delete path:/a\\*b']],
    [{ action: 'setstat', path: '~/x' }, ['alter path:~/\\~/x']],
  ] as const)('%j does %j', (operation, expected) => {
    const facts = fileFacts(operation)
    expect(facts.actions.map(({ action, resource }) => `${action} ${resource}`)).toEqual(expected)
    expect(facts.opaque).toEqual([])
  })

  it('are opaque when a second path is missing, or a path holds NUL', () => {
    expect(fileFacts({ action: 'rename', path: '/a' }).opaque).toHaveLength(1)
    expect(fileFacts({ action: 'read', path: '/a\0b' }).opaque).toHaveLength(1)
  })
})

describe('facts of forwarded streams', () => {
  it.each([
    [{ direction: 'out', host: 'DB.internal.', port: 5432 }, 'address:db.internal:5432', 0],
    [{ direction: 'out', host: '::1', port: 80 }, 'address:[::1]:80', 0],
    [{ direction: 'in', host: '', port: 8080 }, 'listener:any:8080', 0],
    [{ direction: 'out', host: 'a b', port: 1 }, 'address:*:1', 1],
  ] as const)('%j is %s', (operation, resource, opaque) => {
    const facts = forwardFacts(operation)
    expect(facts.actions).toEqual([{ action: 'forward', resource }])
    expect(facts.opaque).toHaveLength(opaque)
  })
})

describe('risk factors of shells', () => {
  const documented = readFileSync(join(__dirname, '../../../docs/reference/risk.md'), 'utf8')

  it('are documented with their points, each once', () => {
    const section = documented
      .split('\n# ')
      .find((text) => text.startsWith('Risk factors of shells'))
    const rows = section?.split('\n').filter((line) => line.startsWith('| `'))
    expect(rows).toEqual(
      Object.entries(shellRiskFactors).map(
        ([name, { points, explanation }]) => `| \`${name}\` | ${points} | ${explanation} |`,
      ),
    )
  })

  it.each([
    ['rm x', 'file-destruction'],
    ['sudo ls', 'privilege-change'],
    ['systemctl restart x', 'system-administration'],
    ['nohup ls', 'persistence'],
    ['ls &', 'persistence'],
    ['curl x', 'remote-access'],
    ['python a.py', 'runs-code'],
    ['docker ps', 'containers-and-clusters'],
    ['cat /etc/shadow', 'sensitive-file'],
    ['cat ~/.ssh/id_rsa', 'sensitive-file'],
    ['echo x > /etc/passwd', 'system-file'],
    ['echo x >> ~/.bashrc', 'system-file'],
    ['touch x', 'file-change'],
    ['a;b;c;d;e;f', 'many-commands'],
    ['$x', 'opaque-command'],
  ])('%s is %s', (text, factor) => {
    expect(risks(text)).toContain(factor)
  })

  it('finds none in looking around', () => {
    expect(risks('ls -la /srv | grep x')).toEqual([])
  })
})
