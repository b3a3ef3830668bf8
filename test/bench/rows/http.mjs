import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../free-port.mjs'
import { median } from '../median.mjs'

export const title = 'HTTP: requests/s of h2load over HTTP/1.1, 8 connections'

const policy = `name: bench-http
appliesTo: { connections: [bench-http] }
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
`

/** An agent that has just begun runs what V8 has not compiled yet, for its first ten thousand requests and more. */
const warmUp = 20_000

/** nginx answers, nginx proxies, Wardgate proxies: rounds are interleaved. */
export async function measure(stage) {
  const nginx = await startNginx(stage.peers.nginx.path)
  try {
    await register(stage, nginx.target)
    const { host, port } = stage.descriptor.agents[0].listeners.http
    const paths = {
      direct: `http://127.0.0.1:${nginx.target}/small`,
      nginx: `http://127.0.0.1:${nginx.proxy}/small`,
      wardgate: `http://${host}:${port}/bench-http/small`,
    }
    const rates = { direct: [], nginx: [], wardgate: [] }
    const cpu = []
    const requests = stage.quick ? 4_000 : 20_000
    const token = stage.token('aiAgent')
    const load = (path, count) => h2load(stage.peers.h2load.path, paths[path], token, count)
    await load('wardgate', warmUp)
    for (let round = 0; round < stage.rounds; round += 1) {
      for (const path of Object.keys(paths)) {
        const before = stage.cpuMicros(stage.agentPid())
        rates[path].push(await load(path, requests))
        if (path === 'wardgate') cpu.push((stage.cpuMicros(stage.agentPid()) - before) / requests)
      }
    }
    return figures(rates, cpu)
  } finally {
    await nginx.stop()
  }
}

function figures(rates, cpu) {
  const ratio = rates.wardgate.map((value, round) => value / rates.nginx[round])
  return [
    {
      name: 'requests/s against nginx as proxy',
      value: median(ratio),
      unit: '×',
      floor: 0.2,
      aim: 0.35,
      better: 'more',
      samples: ratio,
    },
    {
      name: 'agent CPU per request',
      value: median(cpu),
      unit: 'µs',
      better: 'less',
      samples: cpu,
    },
    ...Object.entries(rates).map(([path, samples]) => ({
      name: `requests/s, ${path}`,
      value: median(samples),
      unit: '/s',
      better: 'more',
      samples,
    })),
  ]
}

async function h2load(binary, url, token, requests) {
  const args = ['--h1', '-c', '8', '-t', '1', '-n', String(requests)]
  const child = spawn(binary, [...args, '-H', `Authorization: Bearer ${token}`, url])
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  await new Promise((done) => child.once('close', done))
  const succeeded = Number(/(\d+) 2xx/.exec(output)?.[1])
  if (succeeded !== requests) throw new Error(`h2load: ${output}`)
  return Number(/([\d.]+) req\/s/.exec(output)?.[1])
}

async function register({ api }, port) {
  const connection = await api('POST', '/v1/connections', {
    name: 'bench-http',
    protocol: 'http',
    endpoints: [{ host: '127.0.0.1', port }],
    tls: { mode: 'disable' },
  })
  const credential = { kind: 'none', username: 'nobody' }
  await api('POST', `/v1/connections/${connection.id}/credentials`, credential)
  await api('POST', '/v1/policies', { source: policy })
  await api('POST', '/v1/policies/bench-http/versions/1/activate', {})
  const { items } = await api('GET', '/v1/agents')
  for (const { id } of items) await api('PUT', `/v1/agents/${id}/connections/${connection.id}`, {})
  // The agent hears of it within moments.
  await delay(1_000)
}

async function startNginx(binary) {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-bench-nginx-'))
  chmodSync(folder, 0o755)
  const [target, proxy] = [await freePort(), await freePort()]
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off; default_type text/plain; keepalive_requests 1000000;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream target { server 127.0.0.1:${target}; keepalive 16; keepalive_requests 1000000; }
  server { listen 127.0.0.1:${target}; location / { return 200 "a small answer of a small service\\n"; } }
  server {
    listen 127.0.0.1:${proxy};
    location / { proxy_pass http://target; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`,
  )
  const child = spawn(binary, ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' })
  await delay(500)
  return {
    target,
    proxy,
    async stop() {
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGQUIT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
