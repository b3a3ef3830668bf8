import { freePort } from '@wardgate/gateway/testing'
import type { Server } from 'node:http'
import { Secret } from '@wardgate/config'
import { Registry } from 'prom-client'
import { startHealthServer } from './health-server'

let server: Server | undefined

afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

let problems: string[] = []

async function start(host: string, token?: string): Promise<string> {
  problems = ['draining']
  const port = await freePort()
  server = await startHealthServer({
    address: { kind: 'tcp', host, port },
    metrics: new Registry(),
    metricsToken: token === undefined ? undefined : new Secret(token),
    readiness: () => problems,
    warnings: () => ['late'],
  })
  return `http://127.0.0.1:${port}`
}

const statusOf = async (url: string, token?: string) => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return (await fetch(url, { headers })).status
}

describe('the health port', () => {
  it('serves metrics to the machine that it does not leave', async () => {
    expect(await statusOf(`${await start('127.0.0.1')}/metrics`)).toBe(200)
  })

  it('refuses them beyond it until there is a token, and says which key is missing', async () => {
    const url = await start('0.0.0.0')
    const answer = await fetch(`${url}/metrics`)
    expect(answer.status).toBe(401)
    expect(await answer.text()).toContain('WARDGATE_METRICS_TOKEN')
    expect(await statusOf(`${url}/health/live`)).toBe(200)
    expect(await statusOf(`${url}/health/ready`)).toBe(503)
  })

  it('tells what needs somebody, and is ready nevertheless', async () => {
    const url = await start('127.0.0.1')
    problems = []
    const answer = await fetch(`${url}/health/ready`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ status: 'ready', problems: [], warnings: ['late'] })
  })

  it('asks for the token wherever there is one', async () => {
    const token = '0123456789abcdef'
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const url = `${await start(host, token)}/metrics`
      expect(await statusOf(url)).toBe(401)
      expect(await statusOf(url, `${token}0`)).toBe(401)
      expect(await statusOf(url, token)).toBe(200)
      server?.close()
    }
  })
})
