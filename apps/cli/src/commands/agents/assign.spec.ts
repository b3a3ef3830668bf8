import { ranCli } from '../../testing/fake-cli'
import { type Answer, fakeServer } from '../../testing/fake-server'

const agentId = '0198a1a4-a12b-714a-aef9-d5c61f1bb21d'
const connectionId = '0198b2b5-a12b-714a-aef9-d5c61f1bb21d'
const path = `/v1/agents/${agentId}/connections/${connectionId}`

const routes: Readonly<Record<string, Answer>> = {
  'GET /v1/agents': () => ({ body: { items: [{ id: agentId, name: 'edge' }] } }),
  'GET /v1/connections': () => ({ body: { items: [{ id: connectionId, name: 'orders' }] } }),
  [`GET /v1/connections/${connectionId}`]: () => ({ body: { id: connectionId, name: 'orders' } }),
  [`PUT ${path}`]: () => ({ body: {} }),
  [`DELETE ${path}`]: () => ({ body: {} }),
}

async function agents(...args: string[]) {
  const server = await fakeServer(routes)
  const env = { WARDGATE_SERVER: server.url, WARDGATE_TOKEN: 'token' }
  try {
    const ran = await ranCli(['agents', ...args], { env })
    return { ...ran, changes: server.seen.filter(({ method }) => method !== 'GET') }
  } finally {
    await server.close()
  }
}

describe('what an agent serves', () => {
  it('is a connection once it is assigned, by names', async () => {
    const { code, err, changes } = await agents('assign', 'edge', 'orders')
    expect(code).toBe(0)
    expect(err).toContain('The agent edge serves orders.')
    expect(changes).toMatchObject([{ method: 'PUT', path, body: { listeners: [] } }])
  })

  it('can be at an address of its own', async () => {
    const listener = 'postgres=/run/orders/.s.PGSQL.5432'
    const { code, changes } = await agents('assign', 'edge', connectionId, '--listener', listener)
    expect(code).toBe(0)
    const [protocol, address] = listener.split('=')
    const listeners = [{ protocol, address, connection: 'orders' }]
    expect(changes).toMatchObject([{ method: 'PUT', path, body: { listeners } }])
  })

  it('is no longer a connection that is unassigned', async () => {
    const { code, out, changes } = await agents('unassign', 'edge', 'orders', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ agent: 'edge', connection: 'orders' })
    expect(changes).toMatchObject([{ method: 'DELETE', path }])
  })

  it.each([
    [['assign', 'edge'], 2, 'connection'],
    [['assign', 'edge', 'orders', '--listener', '127.0.0.1:1'], 2, 'must be protocol=address'],
    [['assign', 'nowhere', 'orders'], 4, 'there is no agent nowhere'],
    [['unassign', 'edge', 'nothing'], 4, 'there is no connection nothing'],
  ])('does not change by %j', async (args, expected, message) => {
    const { code, err, changes } = await agents(...args)
    expect(code).toBe(expected)
    expect(err).toContain(message)
    expect(changes).toEqual([])
  })
})
