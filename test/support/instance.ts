import { leash } from '@wardgate/gateway/testing'
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const root = resolve(__dirname, '../..')

export interface Address {
  readonly host: string
  readonly port: number
}

export interface Descriptor {
  readonly controlPlane: { readonly url: string }
  readonly agents: readonly {
    readonly name: string
    readonly listeners: Readonly<Record<'postgres' | 'http' | 'ssh', Address>>
  }[]
  readonly sample: {
    readonly connection: string
    readonly database: string
    readonly direct: Address & { readonly user: string; readonly password: string }
  }
  readonly tokens: Readonly<Record<Identity, readonly string[]>>
  readonly pid: number
}

export type Identity = 'admin' | 'approver' | 'auditor' | 'aiAgent'

/** Keeps the ports of two checkouts on one machine apart. */
const portOffset = Number(process.env['TEST_PORT_OFFSET'] ?? 0)

/** A standalone of the test's own: its home and its ports are nobody else's, and it ends with the process that tests. */
export class Instance {
  readonly home: string
  readonly portBase: number
  private readonly settings: Readonly<Record<string, string>>
  private release = (): void => undefined

  constructor(home: string, portBase: number, settings: Readonly<Record<string, string>> = {}) {
    this.home = home
    this.settings = settings
    this.portBase = portBase + portOffset
  }

  async start(): Promise<void> {
    await this.script('start.mjs', '--detach')
    this.release()
    this.release = leash(this.descriptor.pid)
  }

  async stop(): Promise<void> {
    await this.script('stop.mjs')
    this.release()
  }

  /** Stops it and deletes all that it kept. */
  async remove(): Promise<void> {
    await this.script('stop.mjs', '--purge')
    this.release()
  }

  get descriptor(): Descriptor {
    return JSON.parse(readFileSync(join(this.home, 'standalone.json'), 'utf8')) as Descriptor
  }

  get agent(): Address {
    return this.listener('postgres')
  }

  /** Where the agent listens for a protocol. */
  listener(protocol: 'postgres' | 'http' | 'ssh'): Address {
    const [agent] = this.descriptor.agents
    if (!agent) throw new Error('the standalone has no agent')
    return agent.listeners[protocol]
  }

  async token(identity: Identity): Promise<string> {
    const [command = '', ...args] = this.descriptor.tokens[identity]
    const { stdout } = await run(command, args)
    return stdout.trim()
  }

  /** A person or workload of the development identity provider by name, such as `dave`. */
  async tokenOf(name: string): Promise<string> {
    const [command = '', ...args] = this.descriptor.tokens.admin
    const { stdout } = await run(command, [...args.slice(0, -1), name])
    return stdout.trim()
  }

  async api(identity: Identity | { readonly token: string }): Promise<Api> {
    const token = typeof identity === 'string' ? await this.token(identity) : identity.token
    return new Api(this.descriptor.controlPlane.url, token)
  }

  /** The product's own CLI. */
  async cli(...args: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
    return runProcess(
      process.execPath,
      [join(root, 'apps/cli/dist/main.js'), ...args],
      this.environment(),
    )
  }

  /** Process ids of the parts that this instance started, by name. */
  processes(): ReadonlyMap<string, number> {
    const entries = JSON.parse(readFileSync(join(this.home, 'processes.json'), 'utf8')) as {
      name: string
      pid: number
    }[]
    return new Map(entries.map(({ name, pid }) => [name, pid]))
  }

  environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      ...this.settings,
      WARDGATE_HOME: this.home,
      WARDGATE_PORT_BASE: String(this.portBase),
    }
  }

  private async script(name: string, ...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await runProcess(
      process.execPath,
      [join(root, 'scripts', name), ...args],
      this.environment(),
    )
    if (code !== 0) throw new Error(`${name} ended with ${code}\n${stdout}${stderr}`)
  }
}

/** The REST API as one identity sees it. */
export class Api {
  readonly base: string
  readonly token: string

  constructor(base: string, token: string) {
    this.base = base
    this.token = token
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    return this.send(method, path, {
      headers: { authorization: `Bearer ${this.token}`, ...headers },
      ...(body === undefined ? {} : { json: body }),
    })
  }

  /** A request with these headers and none of its own but the label of its body. */
  async send(
    method: string,
    path: string,
    sent: {
      readonly headers: Record<string, string>
      readonly json?: unknown
      readonly form?: Readonly<Record<string, string>>
    },
  ): Promise<ApiAnswer> {
    const isJson = sent.json !== undefined
    const body = isJson ? JSON.stringify(sent.json) : sent.form && new URLSearchParams(sent.form)
    const response = await fetch(`${this.base}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(isJson ? { 'content-type': 'application/json' } : {}), ...sent.headers },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    const answersJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: answersJson && text !== '' ? JSON.parse(text) : undefined,
    }
  }

  async ok<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T> {
    const answer = await this.call(method, path, body, headers)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer.body as T
  }
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: any // eslint-disable-line @typescript-eslint/no-explicit-any
}

export interface ProcessResult {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

/** Runs a program to its end; a non-zero end is a result, not an exception. */
export function runProcess(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<ProcessResult> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', fail)
    child.once('close', (code) => done({ stdout, stderr, code: code ?? -1 }))
    child.stdin.on('error', () => undefined).end(input)
  })
}
