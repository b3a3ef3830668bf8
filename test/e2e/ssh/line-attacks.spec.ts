import { freePort } from '@wardgate/gateway/testing'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshClient } from '../../support/ssh-client'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(120_000)

const harmless = ['echo', 'ls', 'cat', 'printf', 'true', 'cd', 'pwd']
const rules = `  - { id: lines, effect: allow, match: { actions: [shell], opaque: true }, lines: true }
  - id: harmless
    effect: allow
    match: { actions: [exec], resources: [${harmless.map((name) => `"command:${name} *"`).join(', ')}] }
  - { id: reading, effect: allow, match: { actions: [read], resources: ["path:/**", "path:~/**"] } }
`

const corpus = (name: string): unknown =>
  JSON.parse(readFileSync(join(root, 'packages/shell/src/testing', name), 'utf8'))

/** Every text that means to remove `x` and does not look like it. */
function attacks(): string[] {
  const rows = corpus('corpus.json') as { texts: string[]; expected: string }[]
  const cousins = corpus('cousins.json') as Record<string, string[]>
  const ofRows = rows.flatMap(({ texts, expected }) => (expected === 'rm' ? texts : []))
  return [...ofRows, ...(cousins['rm'] ?? [])]
}

describeWithPeer('sshd', (sshd) => {
  let server: SshServer
  let client: SshClient
  const connection = 'attacked-box'

  beforeAll(async () => {
    server = await SshServer.start(sshd, await freePort())
    await registerBox(sharedInstance, { connection, server, rules })
    const token = await sharedInstance.token('aiAgent')
    client = new SshClient({ agent: sharedInstance.listener('ssh'), connection, token })
  })
  afterAll(() => {
    client.remove()
    server.stop()
  })

  it('loses no file to the rows of the corpus and their cousins, each tried in one shell', async () => {
    const victim = server.path('x')
    writeFileSync(victim, 'still here\n')
    const lines = attacks().filter((text) => !text.includes('\n'))
    expect(lines.length).toBeGreaterThan(150)
    const script = [`cd ${server.folder}`, ...lines, 'cat x', 'echo the-end'].join('\n')
    const { stdout, stderr } = await client.ssh(['-T', 'governed'], `${script}\n`)
    expect(stdout).toMatch(/still here\nthe-end\n$/)
    expect(existsSync(victim)).toBe(true)
    expect(stderr.match(/ERR_POLICY_DENIED/g)?.length).toBe(lines.length)
  })

  it.each([
    ["x'; touch pwned; '", 'a quote and a command'],
    ['$(touch pwned)', 'a substitution'],
    ['`touch pwned`', 'an older substitution'],
    ['-P', 'an option'],
    ['a\\b"c d', 'what shells escape'],
    ['* ?', 'patterns'],
  ])('moves into a directory named %j and runs nothing of that', async (name) => {
    const odd = server.path(name)
    mkdirSync(odd, { recursive: true })
    writeFileSync(join(odd, 'inside'), 'inside\n')
    const link = server.path('link-' + Buffer.from(name).toString('hex'))
    symlinkSync(odd, link)
    const script = `cd ${link}\npwd -P\ncat inside\ncd ..\ncat ${link}/inside\n`
    const { stdout, stderr, code } = await client.ssh(['-T', 'governed'], script)
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toContain(`${odd}\ninside\ninside\n`)
    for (const place of [odd, server.folder]) expect(existsSync(join(place, 'pwned'))).toBe(false)
  })

  it('takes a variable with anything in it for a value', async () => {
    const script = "export LC_TEST='$(touch pwned)'\necho a\nexport LC_TEST='x;id'\necho b\n"
    const { stdout, stderr } = await client.ssh(['-T', 'governed'], script)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/a\nb\n$/)
    expect(stdout).not.toContain('uid=')
    expect(existsSync(server.path('pwned'))).toBe(false)
  })

  it('gives keys that edit no other meaning than what is shown', async () => {
    const typed = 'echo \u001b[200~safe\u001b[201~\r' + 'id\u0015echo other\r' + 'exit\r'
    const { stdout } = await client.ssh(['-tt', 'governed'], typed)
    expect(stdout).toContain('safe\r\n')
    expect(stdout).toContain('other\r\n')
    expect(stdout).not.toContain('uid=')
  })
})
