import type { Cluster } from '@wardgate/embedded-postgres'
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import {
  agentEnvironment,
  agentFlags,
  controlPlaneEnvironment,
  identityProviderEnvironment,
  shopApiEnvironment,
  type Surroundings,
} from './environments'
import {
  agentName,
  describeInstance,
  tokenCommand,
  writeDescriptor,
  type Descriptor,
} from './descriptor'
import { Child } from './processes/child'
import { DatabaseServer } from './processes/database-server'
import { httpProbe } from './processes/probe'
import type { Ledger } from './processes/ledger'
import { Api } from './provision/api'
import { joinToken, provision } from './provision/provision'
import { sealRowsOnce } from './provision/seal-rows'
import { gatewayRole, shopDatabase } from './sample/schema'
import { makeShop } from './sample/shop'
import { loadSecrets, shopApiKey, type Secrets } from './secrets'
import { issuerUrl, restUrl, type Settings } from './settings'

const run = promisify(execFile)

export interface Reporter {
  progress(step: string): void
  event(line: string): void
}

/** Everything one standalone runs, in the order it starts; `stop` goes backwards. */
export class Instance {
  private readonly running: { stop(): Promise<void> }[] = []
  private readonly settings: Settings
  private readonly ledger: Ledger
  private readonly reporter: Reporter

  constructor(settings: Settings, ledger: Ledger, reporter: Reporter) {
    this.settings = settings
    this.ledger = ledger
    this.reporter = reporter
  }

  async start(): Promise<Descriptor> {
    const { settings, reporter } = this
    mkdirSync(join(settings.home, 'logs'), { recursive: true, mode: 0o700 })
    const secrets = loadSecrets(settings.home)
    reporter.progress('starting two databases and the identity provider')
    const [database, sample] = await Promise.all([
      this.cluster('database', settings.ports.database, secrets.databasePassword, 200),
      this.cluster('sample', settings.ports.sample, secrets.samplePassword, 1500),
      this.child(
        'dev-identity-provider',
        identityProviderEnvironment(settings),
        `${issuerUrl(settings)}/.well-known/openid-configuration`,
      ),
    ])
    const { databaseUrl, isNew } = await ensureDatabase(database)
    const surroundings: Surroundings = { settings, databaseUrl }
    await sealRowsOnce(surroundings, isNew)
    reporter.progress('starting the control plane')
    const [token] = await Promise.all([
      this.adminToken(),
      this.child(
        'control-plane',
        controlPlaneEnvironment(surroundings),
        `${restUrl(settings)}/health/ready`,
      ),
      this.shop(sample, secrets),
    ])
    await this.startAgent(new Api(restUrl(settings), token), secrets)
    const descriptor = describeInstance(settings, sample)
    writeDescriptor(settings, descriptor)
    return descriptor
  }

  async stop(): Promise<void> {
    // Backwards, so that the agent can hand over its spool and the databases end last.
    for (const part of this.running.reverse()) await part.stop()
    this.ledger.clear()
  }

  private async startAgent(api: Api, secrets: Secrets): Promise<void> {
    const { settings, reporter } = this
    reporter.progress('registering the sample connection and its policy')
    await provision(api, {
      samplePort: settings.ports.sample,
      gatewayPassword: secrets.gatewayPassword,
      shopApiPort: settings.ports.shopApi,
      shopApiKey: shopApiKey(secrets),
      agentName,
    })
    const agents = await api.list<{ name: string }>('/v1/agents')
    const enrolled = agents.some(({ name }) => name === agentName)
    reporter.progress('starting the agent')
    const environment = agentEnvironment(
      settings,
      agentName,
      enrolled ? undefined : await joinToken(api, agentName),
    )
    await this.child(
      'agent',
      environment,
      `http://127.0.0.1:${settings.ports.agentHealth}/health/ready`,
      { flags: agentFlags },
    )
  }

  private async shop(sample: Cluster, secrets: Secrets): Promise<void> {
    await makeShop({
      superuserUrl: (name) => sample.url(name),
      gatewayPassword: secrets.gatewayPassword,
    })
    const { host, port } = sample
    const login = `${gatewayRole}:${encodeURIComponent(secrets.gatewayPassword)}`
    const databaseUrl = `postgresql://${login}@${host}:${port}/${shopDatabase}`
    await this.child(
      'shop-api',
      shopApiEnvironment(this.settings, databaseUrl, shopApiKey(secrets)),
      `http://127.0.0.1:${this.settings.ports.shopApi}/health`,
      { script: 'standalone/dist/shop-api/main.js' },
    )
  }

  private async cluster(
    name: string,
    port: number,
    password: string,
    maxConnections: number,
  ): Promise<Cluster> {
    const { home } = this.settings
    const options = {
      directory: join(home, name),
      port,
      password,
      logFile: join(home, 'logs', `${name}.log`),
      settings: { max_connections: String(maxConnections) },
    }
    const server = new DatabaseServer(name, options, this.ledger, (line) =>
      this.reporter.event(line),
    )
    this.running.push(server)
    return server.start()
  }

  private async child(
    name: string,
    env: Record<string, string>,
    readyUrl: string,
    { script = `${name}/dist/main.js`, flags = [] }: Started = {},
  ): Promise<void> {
    const child = new Child(
      {
        name,
        script: join(this.settings.root, 'apps', script),
        flags,
        env,
        logFile: join(this.settings.home, 'logs', `${name}.log`),
        probe: () => httpProbe(readyUrl),
      },
      this.ledger,
      (line) => this.reporter.event(line),
    )
    this.running.push(child)
    await child.start()
  }

  private async adminToken(): Promise<string> {
    const [command = '', ...args] = tokenCommand(this.settings, 'alice')
    const { stdout } = await run(command, args)
    return stdout.trim()
  }
}

interface Started {
  readonly script?: string
  readonly flags?: readonly string[]
}

async function ensureDatabase(
  cluster: Cluster,
): Promise<{ readonly databaseUrl: string; readonly isNew: boolean }> {
  const client = new Client({ connectionString: cluster.url('postgres') })
  await client.connect()
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = 'wardgate'")
    const isNew = found.rowCount === 0
    if (isNew) await client.query('CREATE DATABASE wardgate')
    return { databaseUrl: cluster.url('wardgate'), isNew }
  } finally {
    await client.end()
  }
}
