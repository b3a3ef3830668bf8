import type { Cluster } from '@wardgate/embedded-postgres'
import { forgetIdentity, hasIdentity, lastingEnds } from './agent-identity'
import { databaseUrl } from './databases'
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
import { Parts, type Reporter } from './parts'
import type { Ledger } from './processes/ledger'
import { Api } from './provision/api'
import { ensureDatabase } from './provision/ensure-database'
import { joinToken, provision, type ProvisionOptions } from './provision/provision'
import { isProvisioned, noteProvisioned } from './provision/provisioned'
import { sealRowsOnce } from './provision/seal-rows'
import { gatewayRole, shopDatabase } from './sample/schema'
import { makeShop } from './sample/shop'
import { loadSecrets, shopApiKey, type Secrets } from './secrets'
import { issuerUrl, restUrl, type Settings } from './settings'

/** Everything one standalone runs. */
export class Instance {
  private readonly parts: Parts
  private readonly settings: Settings
  private readonly reporter: Reporter

  constructor(settings: Settings, ledger: Ledger, reporter: Reporter) {
    this.parts = new Parts(settings, ledger, reporter)
    this.settings = settings
    this.reporter = reporter
  }

  async start(): Promise<Descriptor> {
    const { settings } = this
    this.parts.guard()
    const secrets = loadSecrets(settings.home)
    const wanted = this.wanted(secrets)
    const again = isProvisioned(settings, wanted)
    const sample = await (again ? this.startAll(secrets) : this.startInOrder(secrets, wanted))
    const descriptor = describeInstance(settings, sample)
    writeDescriptor(settings, descriptor)
    if (!again) noteProvisioned(settings, wanted)
    return descriptor
  }

  stop(): Promise<void> {
    return this.parts.stop()
  }

  /** Nothing is to be made: each part waits by itself for those that it needs. */
  private async startAll(secrets: Secrets): Promise<Cluster> {
    this.reporter.progress('starting all parts at once')
    const sample = this.parts.database('sample', secrets)
    await Promise.all([
      this.parts.database('database', secrets),
      this.startControlPlane({
        settings: this.settings,
        databaseUrl: databaseUrl(this.settings, secrets),
      }),
      this.startAgent(),
      this.startIdentityProvider(),
      sample.then((cluster) => this.startShopApi(cluster, secrets)),
    ])
    return sample
  }

  private async startInOrder(secrets: Secrets, wanted: ProvisionOptions): Promise<Cluster> {
    const { settings, reporter } = this
    reporter.progress('starting two databases and the identity provider')
    const [database, sample] = await Promise.all([
      this.parts.database('database', secrets),
      this.parts.database('sample', secrets),
      this.startIdentityProvider(),
    ])
    const isNew = await ensureDatabase(database)
    const surroundings = { settings, databaseUrl: databaseUrl(settings, secrets) }
    await sealRowsOnce(surroundings, isNew, this.parts)
    reporter.progress('starting the control plane')
    const [token] = await Promise.all([
      this.adminToken(),
      this.startControlPlane(surroundings),
      this.makeShop(sample, secrets),
    ])
    const api = new Api(restUrl(settings), token, this.parts.signal)
    reporter.progress('registering the sample connection and its policy')
    await provision(api, wanted)
    const agents = await api.list<{ name: string }>('/v1/agents')
    const enrolled = hasIdentity(settings) && agents.some(({ name }) => name === agentName)
    if (!enrolled) forgetIdentity(settings)
    reporter.progress('starting the agent')
    await this.startAgent(enrolled ? undefined : await joinToken(api, agentName))
    return sample
  }

  private wanted(secrets: Secrets): ProvisionOptions {
    return {
      samplePort: this.settings.ports.sample,
      gatewayPassword: secrets.gatewayPassword,
      shopApiPort: this.settings.ports.shopApi,
      shopApiKey: shopApiKey(secrets),
      agentName,
    }
  }

  private async makeShop(sample: Cluster, secrets: Secrets): Promise<void> {
    const { gatewayPassword } = secrets
    await makeShop({ superuserUrl: (name) => sample.url(name), gatewayPassword })
    await this.startShopApi(sample, secrets)
  }

  private startIdentityProvider(): Promise<void> {
    return this.parts.child({
      name: 'dev-identity-provider',
      env: identityProviderEnvironment(this.settings),
      readyUrl: `${issuerUrl(this.settings)}/.well-known/openid-configuration`,
    })
  }

  private startControlPlane(surroundings: Surroundings): Promise<void> {
    return this.parts.child({
      name: 'control-plane',
      env: controlPlaneEnvironment(surroundings),
      readyUrl: `${restUrl(this.settings)}/health/ready`,
    })
  }

  private startShopApi({ host, port }: Cluster, secrets: Secrets): Promise<void> {
    const login = `${gatewayRole}:${encodeURIComponent(secrets.gatewayPassword)}`
    const url = `postgresql://${login}@${host}:${port}/${shopDatabase}`
    return this.parts.child({
      name: 'shop-api',
      env: shopApiEnvironment(this.settings, url, shopApiKey(secrets)),
      readyUrl: `http://127.0.0.1:${this.settings.ports.shopApi}/health`,
      script: 'standalone/dist/shop-api/main.js',
    })
  }

  private startAgent(token?: string): Promise<void> {
    return this.parts.child({
      name: 'agent',
      env: agentEnvironment(this.settings, agentName, token),
      readyUrl: `http://127.0.0.1:${this.settings.ports.agentHealth}/health/ready`,
      flags: agentFlags,
      lastingEnds: lastingEnds(this.settings),
    })
  }

  private adminToken(): Promise<string> {
    return this.parts.output(tokenCommand(this.settings, 'alice'))
  }
}
