import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { referencePolicy } from './reference-policy.mjs'

const root = resolve(import.meta.dirname, '../../..')
const tokenMillis = 120_000
/** Roles of the target by connection: `agent` is the one that the seed makes for the client. */
const corpusConnections = { 'corpus-agent': 'agent', 'corpus-superuser': 'postgres' }

/** A control plane and an agent in processes of their own; `home` names a standalone that runs already. */
export async function openStage({
  home,
  targetPort,
  connections = corpusConnections,
  policy = referencePolicy,
  database = 'seeded',
}) {
  const own = home === undefined
  const folder = home ?? join(root, '.cache/corpus/home')
  const env = {
    ...process.env,
    WARDGATE_HOME: folder,
    WARDGATE_PORT_BASE: process.env.WARDGATE_PORT_BASE ?? '24400',
    WARDGATE_LOG_LEVEL: 'warn',
  }
  const script = (name, ...args) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'scripts', name), ...args],
      { env, encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(`${name}: ${stdout}${stderr}`)
  }
  if (own) {
    script('stop.mjs', '--purge')
    script('start.mjs', '--detach')
  }
  const descriptor = JSON.parse(readFileSync(join(folder, 'standalone.json'), 'utf8'))
  const stage = new Stage(descriptor)
  await stage.register({ port: targetPort, connections, policy, database })
  stage.close = async () => {
    if (own) script('stop.mjs', '--purge')
  }
  return stage
}

class Stage {
  #descriptor
  #tokens = new Map()

  constructor(descriptor) {
    this.#descriptor = descriptor
    this.agent = descriptor.agents[0].listeners.postgres
    this.httpAgent = descriptor.agents[0].listeners.http
  }

  /** A fresh enough token of `admin`, `approver`, `auditor` or `aiAgent`. */
  token(identity) {
    const known = this.#tokens.get(identity)
    if (known !== undefined && Date.now() - known.at < tokenMillis) return known.token
    const [command, ...args] = this.#descriptor.tokens[identity]
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`no token of ${identity}: ${stderr}`)
    const token = stdout.trim()
    this.#tokens.set(identity, { token, at: Date.now() })
    return token
  }

  async call(identity, method, path, body) {
    const response = await fetch(`${this.#descriptor.controlPlane.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${this.token(identity)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  async register({ port, connections, policy, database }) {
    for (const [own, username] of Object.entries(connections)) {
      const connection = await this.call('admin', 'POST', '/v1/connections', {
        name: own,
        protocol: 'postgres',
        endpoints: [{ host: '127.0.0.1', port }],
        tls: { mode: 'disable' },
        database,
      })
      await this.call('admin', 'POST', `/v1/connections/${connection.id}/credentials`, {
        kind: 'password',
        username,
        password: 'the target trusts its host',
      })
      const { items } = await this.call('admin', 'GET', '/v1/agents')
      for (const { id } of items)
        await this.call('admin', 'PUT', `/v1/agents/${id}/connections/${connection.id}`, {})
    }
    const { name, version } = await this.call('admin', 'POST', '/v1/policies', {
      source: policy,
    })
    await this.call('admin', 'POST', `/v1/policies/${name}/versions/${version}/activate`, {})
  }

  /** An HTTP target that every agent serves, once the first of them does. */
  async registerHttp({ name, port, tls, credential, settings = {} }) {
    const connection = await this.call('admin', 'POST', '/v1/connections', {
      name,
      protocol: 'http',
      endpoints: [{ host: '127.0.0.1', port }],
      tls,
      settings,
    })
    await this.call('admin', 'POST', `/v1/connections/${connection.id}/credentials`, credential)
    const { items } = await this.call('admin', 'GET', '/v1/agents')
    for (const { id } of items)
      await this.call('admin', 'PUT', `/v1/agents/${id}/connections/${connection.id}`, {})
    const { host, port: at } = this.httpAgent
    const headers = { authorization: `Bearer ${this.token('aiAgent')}` }
    const isServed = async () => {
      const answer = await fetch(`http://${host}:${at}/${name}/`, { headers })
      return !/^ERR_AUTH/.test(answer.headers.get('wardgate-error') ?? '')
    }
    if (!(await this.eventually(isServed, (served) => served)))
      throw new Error(`${name} is not served`)
  }

  /** Votes on a held operation and says what its card shows. */
  async vote(id, approves) {
    const path = `/v1/approval-requests/${id}`
    const request = await this.call('approver', 'GET', path)
    await this.call('approver', 'POST', `${path}/${approves ? 'approve' : 'reject'}`, {
      digest: request.digest,
      reason: 'the corpus votes so',
    })
    return request
  }

  async consumed(id) {
    const request = await this.call('approver', 'GET', `/v1/approval-requests/${id}`)
    return request.state === 'consumed'
  }

  /** All audit entries of one kind since this moment. */
  async entries(kind, from) {
    const found = []
    for (let cursor; cursor !== null;) {
      const query = new URLSearchParams({ kind, from, limit: '200', ...(cursor && { cursor }) })
      const page = await this.call('auditor', 'GET', `/v1/audit/entries?${query}`)
      found.push(...page.items)
      cursor = page.nextCursor
    }
    return found
  }

  /** Asks until the answer holds or the time is over; entries reach the log through the agent's spool. */
  async eventually(ask, holds, limitMillis = 15_000) {
    const deadline = Date.now() + limitMillis
    for (;;) {
      const answer = await ask()
      if (holds(answer) || Date.now() > deadline) return answer
      await delay(250)
    }
  }
}
