import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../free-port.mjs'
import { median } from '../median.mjs'

export const title = 'SSH: scp and output through the gate'

const policy = `name: bench-box
appliesTo: { connections: [bench-box] }
rules:
  - { id: everything, effect: allow, match: { actions: ["*"] } }
`

/** OpenSSH on both sides, configured as `wardgate ssh login` does; bytes that do not compress, everything audited, output recorded. */
export async function measure(stage) {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-bench-ssh-'))
  const server = await startServer(stage, folder)
  try {
    await register(stage, folder, server.port)
    const megabytes = stage.quick ? 64 : 192
    const file = join(folder, 'file')
    writeFileSync(file, randomBytes(megabytes * 1_000_000))
    writeConfiguration(stage, folder, server.port)
    const times = { copied: [], counted: [], printed: [], cpu: [] }
    await run(stage, folder, 'governed', ['ssh', 'true'])
    const copy = (host) => run(stage, folder, host, ['scp', file])
    const print = (host) => run(stage, folder, host, ['ssh', `cat ${file}`])
    const rounds = Math.min(5, stage.rounds)
    for (let round = 0; round < rounds; round += 1) {
      const direct = await copy('direct')
      const before = stage.cpuMicros(stage.agentPid())
      const governed = await copy('governed')
      times.cpu.push((stage.cpuMicros(stage.agentPid()) - before) / megabytes)
      times.copied.push(direct / governed)
      times.counted.push(direct / (await copy('counter-mode')))
    }
    for (let round = 0; round < rounds; round += 1) {
      await quiet(stage)
      times.printed.push((await print('direct')) / (await print('governed')))
    }
    return figures(times)
  } finally {
    server.child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What was recorded is handed over after the command has ended: it is nothing that the next one costs. */
async function quiet(stage) {
  const spent = () => stage.cpuMicros(stage.agentPid()) + stage.cpuMicros(stage.controlPlanePid())
  for (let before = spent(), tries = 0; tries < 60; tries += 1) {
    await delay(1000)
    const now = spent()
    if (now - before < 100_000) return
    before = now
  }
  throw new Error('what was recorded is not handed over within a minute')
}

function figures({ copied, counted, printed, cpu }) {
  return [
    {
      name: 'SSH: scp of a file, throughput against direct',
      value: median(copied),
      unit: '×',
      floor: 0.7,
      aim: 0.9,
      better: 'more',
      samples: copied,
    },
    {
      name: 'SSH: scp without the configuration that the log-in writes',
      value: median(counted),
      unit: '×',
      better: 'more',
      samples: counted,
    },
    {
      name: 'SSH: output of a command, recorded, against direct',
      value: median(printed),
      unit: '×',
      better: 'more',
      samples: printed,
    },
    {
      name: 'SSH: agent CPU per MB that scp copies',
      value: median(cpu),
      unit: 'µs',
      better: 'less',
      samples: cpu,
    },
  ]
}

async function startServer(stage, folder) {
  for (const name of ['host-key', 'account-key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const port = await freePort()
  writeFileSync(
    join(folder, 'sshd_config'),
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host-key
PidFile none
AuthorizedKeysFile ${folder}/account-key.pub
StrictModes no
UsePAM no
Subsystem sftp internal-sftp
`,
  )
  chmodSync(folder, 0o755)
  const child = spawn(stage.peers.sshd.path, ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await new Promise((done, fail) => {
    child.stderr.on('data', (text) => String(text).includes('Server listening') && done())
    child.once('exit', () => fail(new Error('sshd ended')))
  })
  return { child, port }
}

async function register(stage, folder, port) {
  const connection = await stage.api('POST', '/v1/connections', {
    name: 'bench-box',
    protocol: 'ssh',
    endpoints: [{ host: '127.0.0.1', port }],
    tls: { mode: 'disable' },
    settings: { hostKeys: [readFileSync(join(folder, 'host-key.pub'), 'utf8').trim()] },
  })
  await stage.api('POST', `/v1/connections/${connection.id}/credentials`, {
    kind: 'private-key',
    username: userInfo().username,
    key: readFileSync(join(folder, 'account-key'), 'utf8'),
  })
  await stage.api('POST', '/v1/policies', { source: policy })
  await stage.api('POST', '/v1/policies/bench-box/versions/1/activate', {})
  for (const { id } of (await stage.api('GET', '/v1/agents')).items)
    await stage.api('PUT', `/v1/agents/${id}/connections/${connection.id}`, {})
}

function writeConfiguration(stage, folder, port) {
  const agent = stage.descriptor.agents[0].listeners.ssh
  const shared = `  UserKnownHostsFile ${folder}/known_hosts
  StrictHostKeyChecking accept-new
  LogLevel ERROR
`
  writeFileSync(
    join(folder, 'config'),
    `Host direct
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${folder}/account-key
${shared}
Host governed
  Ciphers ^aes128-gcm@openssh.com,aes256-gcm@openssh.com
Host governed counter-mode
  HostName ${agent.host}
  Port ${agent.port}
  User bench-box
  PreferredAuthentications keyboard-interactive
${shared}`,
  )
  writeFileSync(join(folder, 'askpass'), '#!/bin/sh\necho "$BENCH_TOKEN"\n')
  chmodSync(join(folder, 'askpass'), 0o700)
}

/** Seconds. */
async function run(stage, folder, host, [program, argument]) {
  const configuration = ['-F', join(folder, 'config')]
  const args =
    program === 'scp'
      ? ['-q', ...configuration, `${host}:${argument}`, join(folder, 'copy')]
      : [...configuration, host, argument]
  const env = {
    ...process.env,
    SSH_ASKPASS: join(folder, 'askpass'),
    SSH_ASKPASS_REQUIRE: 'force',
    BENCH_TOKEN: stage.token('aiAgent'),
  }
  const began = performance.now()
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise((done) => child.once('close', done))
  if (code !== 0) throw new Error(`${program} to ${host} ended with ${code}`)
  return (performance.now() - began) / 1000
}
