import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fakeServer } from '../../testing/fake-server'
import { emptyFolder, ranCli } from '../../testing/fake-cli'

const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'

const authority = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0pqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'

const routes = {
  'GET /v1/ssh-authorities': () => ({ body: { hosts: authority } }),
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
  'POST /v1/principals/p-1/ssh-certificates': () => ({
    status: 201,
    body: {
      certificate: 'ssh-ed25519-cert-v01@openssh.com AAAA',
      serial: '9',
      expiresAt: '2026-11-22T01:00:00.000Z',
    },
  }),
}

const uncertified = { ...routes, 'GET /v1/ssh-authorities': () => ({ body: {} }) }

function login(...args: string[]) {
  return loginAt(routes, ...args)
}

async function loginAt(answers: typeof uncertified, ...args: string[]) {
  const server = await fakeServer(answers)
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
    const { code, seen, folder, out } = await login('--ttl', '8h', '--register-key')
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

  it('has OpenSSH trust who certifies the keys of agents, and no key at first sight', async () => {
    const { folder, out } = await login()
    expect(readFileSync(join(folder, 'known_hosts'), 'utf8')).toBe(
      `@cert-authority wardgate-agent ${authority}\n`,
    )
    expect(readFileSync(join(folder, 'config'), 'utf8')).toContain('StrictHostKeyChecking yes')
    expect(out).not.toContain('compare it')
  })

  it('keeps the first key where nobody certifies the keys of agents', async () => {
    const { folder, out } = await loginAt(uncertified, '--connection', 'web-1')
    expect(existsSync(join(folder, 'known_hosts'))).toBe(false)
    expect(readFileSync(join(folder, 'config'), 'utf8')).toContain('StrictHostKeyChecking accept')
    expect(out).toContain('compare it')
  })

  it('has its key certified, and tells OpenSSH what to run before it connects', async () => {
    const { seen, folder, out } = await login('--ttl', '2h', '--connection', 'web-1')
    const posted = seen.find(({ method }) => method === 'POST')
    expect(posted?.body).toMatchObject({ connections: ['web-1'], expiresInSeconds: 7_200 })
    expect(out).toContain('refreshed before it ends')
    const config = join(folder, 'config')
    expect(readFileSync(config, 'utf8')).toContain(
      `Match originalhost web-1.wardgate exec "'${folder}/refresh'"`,
    )
    const script = readFileSync(join(folder, 'refresh'), 'utf8')
    expect(script).toMatch(
      /^exec 'wardgate' 'ssh' 'refresh' '--server' 'http:.*' >&2 <\/dev\/null$/m,
    )
    expect(script).not.toContain("'token'")
    expect(statSync(join(folder, 'refresh')).mode & 0o777).toBe(0o700)
    writeFileSync(join(folder, 'refresh'), '#!/bin/sh\ntouch "$0.ran"\n')
    const { stdout } = spawnSync('ssh', ['-G', '-F', config, 'web-1.wardgate'], {
      encoding: 'utf8',
    })
    expect(stdout).toContain(`certificatefile ${folder}/id_ed25519-cert.pub`)
    expect(existsSync(join(folder, 'refresh.ran'))).toBe(true)
  })

  const lasting = '2026-11-22T00:30:00.000Z'
  const listed = { 'GET /v1/principals/p-1/ssh-certificates': () => ({ body: { items: [known] } }) }
  const known = { serial: '7' }
  const refused = () => ({ status: 503, body: {} })

  it.each([
    ['is left alone while most of its life is left', lasting, '7', listed, 0],
    ['is replaced when it is about to end', '2026-11-22T00:15:00.000Z', '7', listed, 1],
    ['is replaced after it has ended', '2026-11-21T00:00:00.000Z', '7', listed, 1],
    ['is replaced when the control plane no longer lists it', lasting, '8', listed, 1],
    ['is replaced when an earlier version got it', lasting, undefined, listed, 1],
    ['is kept when the control plane cannot tell', lasting, '8', { 'GET /v1/me': refused }, 0],
  ])('a certificate %s', async (_title, expiresAt, serial, more, requests) => {
    const server = await fakeServer({ ...routes, ...more })
    const cwd = emptyFolder()
    const folder = join(cwd, 'config/wardgate/ssh')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'id_ed25519.pub'), 'ssh-ed25519 AAAA wardgate\n')
    const state = { connections: ['web-1'], lifeSeconds: 3_600, expiresAt, serial }
    const stateFile = join(folder, 'certificate.json')
    writeFileSync(stateFile, JSON.stringify(state))
    const env = { WARDGATE_TOKEN: 'token', XDG_CONFIG_HOME: join(cwd, 'config') }
    const { code } = await ranCli(['ssh', 'refresh', '--server', server.url], { cwd, env })
    await server.close()
    expect(code).toBe(0)
    expect(server.seen.filter(({ method }) => method === 'POST')).toHaveLength(requests)
    const kept = JSON.parse(readFileSync(stateFile, 'utf8')) as unknown
    expect(kept).toMatchObject(requests === 0 ? { expiresAt } : { serial: '9' })
  })

  it('gets no other certificate for somebody who is disabled', async () => {
    const forbidden = () => ({ status: 403, body: { detail: 'the principal is disabled' } })
    const path = '/v1/principals/p-1/ssh-certificates'
    const server = await fakeServer({
      ...routes,
      [`GET ${path}`]: () => ({ body: { items: [] } }),
      [`POST ${path}`]: forbidden,
    })
    const cwd = emptyFolder()
    const folder = join(cwd, 'config/wardgate/ssh')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'id_ed25519.pub'), 'ssh-ed25519 AAAA wardgate\n')
    const state = { connections: ['web-1'], lifeSeconds: 3_600, expiresAt: lasting, serial: '7' }
    writeFileSync(join(folder, 'certificate.json'), JSON.stringify(state))
    const env = { WARDGATE_TOKEN: 'token', XDG_CONFIG_HOME: join(cwd, 'config') }
    const { code, err } = await ranCli(['ssh', 'refresh', '--server', server.url], { cwd, env })
    await server.close()
    expect(code).not.toBe(0)
    expect(err).toContain('disabled')
    expect(existsSync(join(folder, 'id_ed25519-cert.pub'))).toBe(false)
  })

  it('only prints when it is asked to', async () => {
    const { out, seen, folder } = await login('--print', '--connection', 'db')
    expect(out).toContain('Host db.wardgate\n')
    expect(out).toContain('StrictHostKeyChecking yes')
    expect(out).toContain(`\n# @cert-authority wardgate-agent ${authority}\n`)
    expect(seen.filter(({ method }) => method !== 'GET')).toEqual([])
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
