import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fakeServer } from '../../testing/fake-server'
import { emptyFolder, ranCli } from '../../testing/fake-cli'

const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'

const routes = {
  'GET /v1/me': () => ({ body: { principal: { id: 'p-1' } } }),
  'GET /v1/connections': () => ({
    body: {
      items: [
        { name: 'web-1', protocol: 'ssh' },
        { name: 'orders', protocol: 'postgres' },
      ],
    },
  }),
  'POST /v1/principals/p-1/keys': () => ({
    status: 201,
    body: { id: 'k-1', expiresAt: '2026-11-22T01:00:00.000Z' },
  }),
}

async function login(...args: string[]) {
  const server = await fakeServer(routes)
  const cwd = emptyFolder()
  const env = { WARDGATE_TOKEN: 'token', XDG_CONFIG_HOME: join(cwd, 'config') }
  const where = ['--server', server.url, '--host', '127.0.0.1', '--port', '2222']
  try {
    const ran = await ranCli(['ssh', 'login', ...where, ...args], { cwd, env })
    return { ...ran, seen: server.seen, folder: join(cwd, 'config/wardgate/ssh') }
  } finally {
    await server.close()
  }
}

describe('ssh login', () => {
  it('registers a key that OpenSSH reads, and keeps its private half to the user', async () => {
    const { code, seen, folder, out } = await login('--ttl', '8h')
    expect(code).toBe(0)
    expect(out).toContain('web-1.wardgate')
    const posted = seen.find(({ method }) => method === 'POST')
    expect(posted?.body).toMatchObject({ expiresInSeconds: 28_800 })
    const file = join(folder, 'id_ed25519')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const read = spawnSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' })
    const [type, base64] = (posted?.body as { publicKey: string }).publicKey.split(' ')
    expect(read.stdout.split(' ').slice(0, 2).join(' ').trim()).toBe(`${type} ${base64}`)
  })

  it('writes a configuration that OpenSSH understands, for the connections of its protocol', async () => {
    const { folder } = await login('--host-key', `${hostKey} agent`)
    const config = join(folder, 'config')
    expect(readFileSync(config, 'utf8')).not.toContain('orders')
    const { stdout } = spawnSync('ssh', ['-G', '-F', config, 'web-1.wardgate'], {
      encoding: 'utf8',
    })
    for (const line of [
      'user web-1',
      'hostname 127.0.0.1',
      'port 2222',
      'stricthostkeychecking true',
    ])
      expect(stdout.split('\n')).toContain(line)
    expect(readFileSync(join(folder, 'known_hosts'), 'utf8')).toBe(`wardgate-agent ${hostKey}\n`)
  })

  it('only prints when it is asked to', async () => {
    const { out, seen, folder } = await login('--print', '--connection', 'db')
    expect(out).toContain('Host db.wardgate\n')
    expect(out).toContain('StrictHostKeyChecking accept-new')
    expect(seen).toEqual([])
    expect(() => statSync(folder)).toThrow()
  })

  it.each([
    [['--connection', 'a b'], 'is no name of a connection'],
    [['--connection', 'x\nProxyCommand id'], 'is no name of a connection'],
    [['--ttl', 'soon'], 'is no time'],
    [['--host-key', 'x\ny'], 'the host key is not one'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await login(...args)
    expect(code).not.toBe(0)
    expect(err).toContain(message)
  })
})
