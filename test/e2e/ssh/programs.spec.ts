import { freePort } from '@wardgate/gateway/testing'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root, runProcess, type ProcessResult } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(120_000)

const everything = `  - { id: everything, effect: allow, match: { actions: ["*"] } }
  - { id: everything-else, effect: allow, match: { actions: ["*"], opaque: true } }
`

describeWithPeer('sshd', (sshd) => {
  let server: SshServer
  let home: string

  beforeAll(async () => {
    server = await SshServer.start(sshd, await freePort())
    await registerBox(sharedInstance, { connection: 'program-box', server, rules: everything })
    home = mkdtempSync(join(tmpdir(), 'wardgate-home-'))
  })
  afterAll(() => {
    rmSync(home, { recursive: true, force: true })
    server.stop()
  })

  const environment = () => ({
    ...sharedInstance.environment(),
    HOME: home,
    XDG_CONFIG_HOME: home,
    ANSIBLE_LOCAL_TEMP: home,
    ANSIBLE_LOCALHOST_WARNING: 'False',
  })

  /** Sets OpenSSH up with a short-lived key, as a user does; the path of its configuration. */
  async function logIn(): Promise<string> {
    const args = ['ssh', 'login', '--connection', 'program-box', '--ttl', '10m', '--json']
    const cli = join(root, 'apps/cli/dist/main.js')
    const { stdout, stderr, code } = await runProcess(
      process.execPath,
      [cli, ...args],
      environment(),
    )
    if (code !== 0) throw new Error(stderr)
    return (JSON.parse(stdout) as { config: string }).config
  }

  const run = (program: string, args: readonly string[]): Promise<ProcessResult> =>
    runProcess(program, args, environment())

  it('lets its owner in by a registered key, and pins the host key of the agent', async () => {
    const config = await logIn()
    expect(await run('ssh', ['-F', config, 'program-box.wardgate', 'echo by key'])).toEqual({
      stdout: 'by key\n',
      stderr: '',
      code: 0,
    })
  })

  describeWithPeer('python', (python) => {
    it('serves paramiko', async () => {
      const { host, port } = sharedInstance.listener('ssh')
      const script = join(__dirname, 'clients/paramiko_client.py')
      const { stdout, stderr, code } = await runProcess(
        python,
        [script, host, String(port), 'program-box', server.folder],
        { ...environment(), WARDGATE_TEST_TOKEN: await sharedInstance.token('aiAgent') },
      )
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toBe('in err 5\n100000\n100000\nTrue\ngone 2\n')
    })

    it('serves ansible, which copies its modules and runs them', async () => {
      const config = await logIn()
      const { stdout, code } = await run(join(dirname(python), 'ansible'), [
        'all',
        ...['-i', 'program-box.wardgate,'],
        ...['-m', 'ansible.builtin.command', '-a', 'echo ansible ran'],
        ...['-e', `ansible_ssh_common_args='-F ${config}' ansible_python_interpreter=${python}`],
      ])
      expect(stdout).toMatch(/program-box\.wardgate \| CHANGED \| rc=0 >>\nansible ran/)
      expect(code).toBe(0)
    })
  })
})
