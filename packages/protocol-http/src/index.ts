import type { Protocol } from '@wardgate/gateway'
import { Front } from './client/front'
import { HttpEngine } from './engine'
import { settings, type HttpSettings } from './settings'
import { UpstreamPools } from './upstream/pools'

const shared = { front: new Front(), pools: new UpstreamPools() }

export const http: Protocol<HttpSettings> = {
  name: 'http',
  defaultPort: 80,
  settings,
  capabilities: {
    operations: ['request', 'message', 'tool-call'],
    masks: ['path', 'header', 'detector'],
    credentials: ['none', 'password', 'certificate', 'bearer', 'api-key', 'oauth-client', 'aws'],
    hold: true,
    rowLimit: false,
    readOnly: false,
    lines: false,
    databases: false,
    encrypts: false,
  },
  proxyHosts: ({ proxyHosts }) => proxyHosts,
  createEngine: (client, engineSettings) => new HttpEngine(client, engineSettings, shared),
  close: () => {
    shared.front.close()
    shared.pools.close()
  },
}

export type { HttpSettings } from './settings'
