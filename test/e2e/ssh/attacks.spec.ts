import { freePort } from '@wardgate/gateway/testing'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { root, runProcess } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshClient } from '../../support/ssh-client'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(300_000)

/** Everything may run that can be read, but what removes: so each row has to be seen through. */
const rules = (folder: string) => `  - { id: all, effect: allow, match: { actions: [exec] } }
  - { id: reading, effect: allow, match: { actions: [read], resources: ["path:${folder}/**"] } }
  - { id: names, effect: allow, match: { actions: [read], detail: { file.action: [realpath, stat] } } }
  - { id: no-rm, effect: deny, match: { actions: [exec], resources: ["command:rm *", "command:unlink *"] } }
`

interface Outcome {
  readonly name: string
  readonly text?: string
  readonly status?: number
  readonly stderr?: string
  readonly granted?: boolean
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(root, 'packages/shell/src/testing', name), 'utf8'))
const rows = read('corpus.json') as { id: string; texts: string[] }[]
const { benign: _, ...cousins } = read('cousins.json') as Record<string, string[]>
/** Of our own making: what SSH carries to the same ends. */
const invented = [
  'ls\nrm x',
  'ls\r\nrm x',
  'ls #\nrm x',
  'ls \\\n; rm x',
  'cat <<E\n$(rm x)\nE',
  'scp -O -t /etc/',
  'scp -r -p -t -- /etc',
  '/usr/bin/scp -t /etc',
  'env -S "rm x"',
  'rsync --server --sender -e.LsfxC . /etc/shadow',
  'rsync --server -e "rm x" . .',
  "git-upload-pack --upload-pack='rm x' .",
  'git-receive-pack /etc',
  'git -c core.sshCommand="rm x" fetch',
  'sftp-server',
  '/usr/lib/openssh/sftp-server',
  'internal-sftp',
  'nohup rm x &',
  '(sleep 60; rm x) &',
  'tmux new -d "rm x"',
  'script -c "rm x" /dev/null',
  'timeout 5 rm x',
  'nice -n 5 ionice -c3 rm x',
  'find . -name x -exec rm {} +',
  'find . -name x -delete',
  'printf x | xargs rm',
]
const texts = [...rows.flatMap((row) => row.texts), ...Object.values(cousins).flat(), ...invented]

describeWithPeer('python', (python) =>
  describeWithPeer('sshd', (sshd) => {
    const connection = 'besieged-box'
    let server: SshServer
    let client: SshClient
    let outcomes: readonly Outcome[]

    const harmless = () => `cat ${server.path('card')}`
    /** What reached the target, which runs nothing of it. */
    const reached = () =>
      existsSync(server.path('ran')) ? readFileSync(server.path('ran'), 'utf8') : ''

    beforeAll(async () => {
      const forced = `ForceCommand printf '%s\\0' "$SSH_ORIGINAL_COMMAND" >>`
      server = await SshServer.start(
        sshd,
        await freePort(),
        (folder) => `AcceptEnv *\n${forced}${folder}/ran; env >>${folder}/environment`,
      )
      await registerBox(sharedInstance, { connection, server, rules: rules(server.folder) })
      const token = await sharedInstance.token('aiAgent')
      const agent = sharedInstance.listener('ssh')
      client = new SshClient({ agent, connection, token })
      const file = server.path('texts.json')
      writeFileSync(file, JSON.stringify(texts))
      const script = join(root, 'test/e2e/ssh/clients/paramiko_attacks.py')
      const where = [agent.host, String(agent.port), connection, file]
      const env = { ...process.env, WARDGATE_TEST_TOKEN: token }
      const { stdout, stderr, code } = await runProcess(python, [script, ...where], env)
      if (code !== 0) throw new Error(stderr)
      outcomes = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Outcome)
    })
    afterAll(() => {
      client.remove()
      server.stop()
    })

    it('lets through what is harmless, so that what follows says something', async () => {
      expect(await client.ssh(['governed', harmless()])).toMatchObject({ code: 0 })
      expect(reached().split('\0')).toContain(harmless())
    })

    it('refuses every row of the corpus, their cousins and ours, with a reason', () => {
      const ran = outcomes.filter(({ name }) => name === 'exec')
      expect(ran).toHaveLength(texts.length)
      const through = ran.filter(
        ({ status, stderr = '' }) => status !== 126 || !/ERR_(POLICY|PROTOCOL)/.test(stderr),
      )
      expect(through).toEqual([])
    })

    it('has sent none of them to the target', () => {
      const sent = reached()
        .split('\0')
        .filter((text) => text !== '' && text !== harmless() && text !== 'echo environment')
      expect(sent).toEqual([])
    })

    it.each([
      'tun',
      'direct-streamlocal',
      'x11-channel',
      'session-of-another-kind',
      'x11',
      'terminal-type',
      'subsystem',
    ])('grants no %s', (name) => {
      expect(outcomes.find((outcome) => outcome.name === name)).toEqual({ name, granted: false })
    })

    it('decides a command that wants no answer as any other', () => {
      const outcome = outcomes.find(({ name }) => name === 'exec-without-reply')
      expect(outcome).toMatchObject({ status: 126 })
    })

    it('takes the variables that are listed, and none that programs act on', () => {
      expect(outcomes.filter(({ name }) => name === 'environment')).toHaveLength(8)
      const environment = readFileSync(server.path('environment'), 'utf8').split('\n')
      expect(environment.filter((line) => line.endsWith('=/tmp/x.so'))).toEqual(['LC_X=/tmp/x.so'])
    })

    it.each([
      ['put', (folder: string) => `put ${folder}/texts.json /etc/cron.d/wardgate-test`],
      ['rename', (folder: string) => `rename ${folder}/texts.json ${folder}/moved`],
      [
        'rename in the old way',
        (folder: string) => `rename -l ${folder}/texts.json ${folder}/moved`,
      ],
      ['symlink', (folder: string) => `ln -s /etc/shadow ${folder}/link`],
      ['hardlink', (folder: string) => `ln ${folder}/texts.json ${folder}/link`],
      ['chmod', (folder: string) => `chmod 777 ${folder}/texts.json`],
      ['chown', (folder: string) => `chown 1 ${folder}/texts.json`],
      ['mkdir', (folder: string) => `mkdir ${folder}/new`],
      ['rm', (folder: string) => `rm ${folder}/texts.json`],
      ['copy at the target', (folder: string) => `copy ${folder}/texts.json ${folder}/copied`],
      ['get of what may not be read', () => 'get /etc/shadow /dev/null'],
    ])('refuses by SFTP: %s', async (_title, batch) => {
      const args = ['-F', client.path('config'), '-b', '-', 'governed']
      const { code } = await client.run('sftp', args, `${batch(server.folder)}\n`)
      expect(code).not.toBe(0)
      for (const made of ['moved', 'link', 'new', 'copied'])
        expect(existsSync(server.path(made))).toBe(false)
      expect(existsSync('/etc/cron.d/wardgate-test')).toBe(false)
      expect(existsSync(server.path('texts.json'))).toBe(true)
    })

    it('hangs up on a packet of four gigabytes', async () => {
      const { host, port } = sharedInstance.listener('ssh')
      const received = await new Promise<number>((resolve) => {
        let bytes = 0
        const socket = connect(port, host, () => {
          socket.write('SSH-2.0-evil\r\n')
          socket.write(Buffer.alloc(1024, 0xff))
        })
        socket.on('data', (chunk) => (bytes += chunk.length))
        socket.on('error', () => undefined)
        socket.once('close', () => resolve(bytes))
      })
      expect(received).toBeLessThan(64 * 1024)
    })

    it('refuses a command that fits into no packet, and says how long one may be', async () => {
      const { code, stderr } = await client.ssh(['governed', `cat ${'x'.repeat(60_000)}`])
      expect(code).toBe(126)
      expect(stderr).toContain('ERR_PROTOCOL_OVERSIZE')
      expect(stderr).toContain('at most 32768 bytes')
    })
  }),
)
