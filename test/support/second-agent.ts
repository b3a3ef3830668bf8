import { freePort, leashed } from '@wardgate/gateway/testing'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually'
import { type Address, type Instance, root } from './instance'

const main = join(root, 'apps/agent/dist/main.js')

export interface SecondAgentOptions {
  /** That it serves from the beginning, by name. */
  readonly connections?: readonly string[]
  /** Keys of its environment. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Another agent of an instance's control plane, in a process of its own, which keeps what it is over a restart. */
export class SecondAgent {
  readonly url: string
  readonly postgres: Address
  readonly #environment: Readonly<Record<string, string>>
  readonly #state: string
  readonly #health: string
  #process: ChildProcess | undefined

  private constructor(
    environment: Readonly<Record<string, string>>,
    { http, postgres, health }: Readonly<Record<'http' | 'postgres' | 'health', number>>,
  ) {
    this.#state = mkdtempSync(join(tmpdir(), 'wardgate-agent-'))
    this.url = `http://127.0.0.1:${http}`
    this.postgres = { host: '127.0.0.1', port: postgres }
    this.#health = `http://127.0.0.1:${health}/health/ready`
    this.#environment = {
      ...environment,
      WARDGATE_STATE_DIR: this.#state,
      WARDGATE_LISTENERS: `http=127.0.0.1:${http},postgres=127.0.0.1:${postgres}`,
      WARDGATE_HEALTH_LISTEN: `127.0.0.1:${health}`,
    }
  }

  /** Joins under a name that no agent has, and serves. */
  static async start(
    instance: Instance,
    name: string,
    { connections = [], settings = {} }: SecondAgentOptions = {},
  ): Promise<SecondAgent> {
    const api = await instance.api('admin')
    const body = { agentName: name, connections }
    const { token } = await api.ok<{ token: string }>('POST', '/v1/join-tokens', body)
    const environment = {
      WARDGATE_AGENT_NAME: name,
      WARDGATE_CONTROL_PLANE: `127.0.0.1:${instance.portBase + 1}`,
      WARDGATE_ENROLMENT: `127.0.0.1:${instance.portBase + 2}`,
      WARDGATE_JOIN_TOKEN: token,
      WARDGATE_LOG_LEVEL: 'error',
      ...settings,
    }
    const agent = new SecondAgent(environment, {
      http: await freePort(),
      postgres: await freePort(),
      health: await freePort(),
    })
    await agent.#run()
    return agent
  }

  /** A value of its metrics without labels. */
  async metric(name: string): Promise<number> {
    const response = await fetch(this.#health.replace('/health/ready', '/metrics'))
    const value = new RegExp(`^${name} (.*)$`, 'm').exec(await response.text())?.[1]
    return Number(value)
  }

  /** Ends it without a word, as a machine that is lost does, and starts it on the same state. */
  async restart(): Promise<void> {
    await this.#kill()
    await this.#run()
  }

  async stop(): Promise<void> {
    await this.#kill()
    rmSync(this.#state, { recursive: true, force: true })
  }

  async #run(): Promise<void> {
    const env = { ...process.env, ...this.#environment }
    this.#process = leashed(spawn(process.execPath, [main], { env, stdio: 'ignore' }))
    await eventually(() =>
      fetch(this.#health).then(
        ({ ok }) => ok || undefined,
        () => undefined,
      ),
    )
  }

  async #kill(): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}
