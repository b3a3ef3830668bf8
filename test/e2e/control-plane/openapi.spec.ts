import { publicBlobOf } from '@wardgate/wire/openssh'
import { generateKeyPairSync } from 'node:crypto'
import { connectThrough, type GovernedClient } from '../../support/governed-client'
import { DescribedApi } from '../../support/described-api'
import { eventually } from '../../support/eventually'
import type { ApiAnswer } from '../../support/instance'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(120_000)

/** What needs a browser with its issuer, an MCP server, or an agent that nobody else uses. */
const notAsked = ['Agents.revoke', 'Login.finish', 'Login.logout', 'Tools.accept']

const connectionId = '01a00000-0000-7000-8000-000000000000'
const name = `described-${Date.now().toString(36)}`
let api: DescribedApi
let client: GovernedClient

beforeAll(async () => {
  api = await DescribedApi.of(sharedInstance)
  client = await connectThrough(sharedInstance, { application_name: name })
  await client.client.query('SELECT name, email FROM customers LIMIT 2')
})

afterAll(() => client.client.end())

/** The first item of a list, once there is one. */
async function first(operationId: string, query: string, as: 'admin' | 'auditor' = 'auditor') {
  const found = await eventually(async () => {
    const { body } = await api.ask(operationId, { query, as })
    return (body.items as { id: string }[])[0]
  })
  return found.id
}

/** The session of this spec, which others do not use. */
const ownSession = () =>
  eventually(async () => {
    const { body } = await api.ask('Sessions.list', { query: '?state=open', as: 'auditor' })
    const items = body.items as { id: string; claimed: Record<string, string> }[]
    return items.find(({ claimed }) => Object.values(claimed).includes(name))?.id
  })

const versionOf = ({ body }: ApiAnswer) => (body as { version: number }).version

/** Makes one, reads it, changes it and removes it, as resources with a version are. */
async function throughItsLife(resource: string, made: object, change: object): Promise<void> {
  const created = await api.ask(`${resource}.create`, { body: made })
  const params = { id: created.body.id as string }
  expect((await api.ask(`${resource}.get`, { params })).body).toMatchObject({ id: params.id })
  const version = versionOf(created)
  const updated = await api.ask(`${resource}.update`, { params, version, body: change })
  expect(updated.body).toMatchObject(change)
  await api.ask(`${resource}.list`, { query: '?limit=1' })
  expect((await api.ask(`${resource}.delete`, { params, version })).status).toBe(412)
  expect((await api.ask(`${resource}.delete`, { params })).status).toBe(428)
  await api.ask(`${resource}.delete`, { params, version: version + 1 })
  expect((await api.ask(`${resource}.get`, { params })).status).toBe(404)
}

const openSshKey = () => {
  const { publicKey } = generateKeyPairSync('ed25519')
  return `ssh-ed25519 ${publicBlobOf(publicKey).toString('base64')}`
}

describe('answers are what the description promises', () => {
  it.each([
    [
      'Issuers',
      { name, issuer: `https://${name}.example`, audiences: ['a'] },
      { audiences: ['b'] },
    ],
    ['Roles', { name, permissions: ['connections:read'] }, { description: 'b' }],
    [
      'Webhooks',
      { name, url: 'http://127.0.0.1:9/', topics: ['approval.requested'] },
      { enabled: false },
    ],
    [
      'Connections',
      { name, protocol: 'postgres', endpoints: [{ host: '127.0.0.1', port: 1 }] },
      { enabled: false },
    ],
  ])('%s through their life', throughItsLife)

  it('role bindings, and the secret of a webhook that is replaced', async () => {
    const body = { role: 'user', subject: `group:${name}`, connections: ['a-*'] }
    const params = { id: (await api.ask('RoleBindings.create', { body })).body.id as string }
    await api.ask('RoleBindings.get', { params })
    await api.ask('RoleBindings.list', { query: `?subject=group:${name}` })
    await api.ask('RoleBindings.delete', { params })
    const webhook = { name: `${name}-2`, url: 'http://127.0.0.1:9/', topics: ['approval.decided'] }
    const made = await api.ask('Webhooks.create', { body: webhook })
    const id = made.body.id as string
    const rotated = await api.ask('Webhooks.rotateSecret', { params: { id }, version: 1, body: {} })
    await api.ask('Webhooks.delete', { params: { id }, version: versionOf(rotated) })
  })

  it('connections, their credentials, catalogs and tools, and the agents that serve them', async () => {
    const body = { name, protocol: 'postgres', endpoints: [{ host: '127.0.0.1', port: 1 }] }
    const made = await api.ask('Connections.create', { body })
    const params = { id: made.body.id as string }
    const credential = { kind: 'password', username: 'u', password: 'p' }
    await api.ask('Credentials.create', { params, body: credential })
    for (const list of ['Credentials.list', 'CatalogChanges.list', 'Tools.list'])
      await api.ask(list, { params })
    const agent = { id: await first('Agents.list', '?name=local', 'admin') }
    const served = { ...agent, connectionId: params.id }
    await api.ask('Agents.assign', { params: served, body: {} })
    await api.ask('Agents.unassign', { params: served })
    const version = versionOf(await api.ask('Agents.get', { params: agent }))
    await api.ask('Agents.update', { params: agent, version, body: { labels: { zone: 'a' } } })
    await api.ask('Connections.delete', { params, version: 1 })
    await api.ask('JoinTokens.create', { body: { agentName: name } })
    const { items } = (await api.ask('JoinTokens.list')).body as {
      items: { id: string; agentName: string }[]
    }
    const token = items.find(({ agentName }) => agentName === name)
    await api.ask('JoinTokens.withdraw', { params: { id: token?.id ?? '' } })
  })

  it('policies from draft to retired', async () => {
    const source = `name: ${name}\nappliesTo: { connections: [${name}] }\nrules:\n  - { id: a, effect: allow, match: { actions: [read] } }\n`
    await api.ask('Policies.validate', { body: { source } })
    const { body } = await api.ask('Policies.create', { body: { source } })
    const params = { name, version: body.version as number }
    for (const step of ['get', 'dryRun', 'activate', 'retire'])
      await api.ask(`Policies.${step}`, { params })
    await api.ask('Policies.list', { query: `?name=${name}` })
    const operation = { kind: 'statement', text: 'DELETE FROM orders' }
    const asked = { connection: 'shop', principal: 'group:autogen', operation }
    await api.ask('Explain.explain', { body: asked })
  })

  it('principals, their keys and certificates', async () => {
    const me = (await api.ask('Identity.me')).body.principal as { id: string }
    const params = { id: me.id }
    await api.ask('Principals.list', { query: '?kind=person' })
    const { body } = await api.ask('Principals.get', { params })
    const version = body.version as number
    await api.ask('Principals.update', { params, version, body: { disabled: false } })
    const key = await api.ask('Keys.add', { params, body: { name, publicKey: openSshKey() } })
    await api.ask('Keys.list', { params })
    await api.ask('Keys.revoke', { params: { ...params, keyId: key.body.id as string } })
    const robot = (await api.ask('Identity.me', { as: 'aiAgent' })).body.principal as { id: string }
    const own = { as: 'aiAgent', params: { id: robot.id } } as const
    const wanted = { publicKey: openSshKey(), connections: ['shop'] }
    const { body: issued } = await api.ask('Certificates.issue', { ...own, body: wanted })
    await api.ask('Certificates.list', own)
    const serial = issued.serial as string
    await api.ask('Certificates.revoke', { ...own, params: { id: robot.id, serial } })
  })

  it.each(['approve', 'reject'])('approval requests that are to %s', async (decision) => {
    const held = await connectThrough(sharedInstance)
    const order = decision === 'approve' ? 19_991 : 19_992
    const statement = `DELETE FROM payments WHERE order_id = ${order}`
    const run = held.client.query(statement)
    const settled = run.then(
      () => 'ran',
      () => 'refused',
    )
    const id = await eventually(async () => {
      const query = '?state=pending&connection=shop'
      const { items } = (await api.ask('Approvals.list', { query, as: 'approver' })).body as {
        items: { id: string; text: string }[]
      }
      return items.find(({ text }) => text === statement)?.id
    })
    const { body } = await api.ask('Approvals.get', { params: { id }, as: 'approver' })
    const vote = { digest: body.digest as string, reason: 'described' }
    await api.ask(`Approvals.${decision}`, { params: { id }, as: 'approver', body: vote })
    expect(await settled).toBe(decision === 'approve' ? 'ran' : 'refused')
    await held.client.end()
  })

  it('sessions, operations, recordings and the audit log', async () => {
    const id = await ownSession()
    const params = { id }
    await api.ask('Sessions.get', { params, as: 'auditor' })
    const operation = await first('Sessions.operations', `?sessionId=${id}`)
    await api.ask('Sessions.operation', { params: { id: operation }, as: 'auditor' })
    await api.ask('Sessions.operationsOf', { params, as: 'auditor' })
    await api.ask('Sessions.recording', { params, as: 'auditor' })
    await api.ask('Audit.list', { query: `?sessionId=${id}`, as: 'auditor' })
    await api.ask('Audit.get', { params: { index: 0 }, as: 'auditor' })
    await api.ask('Audit.exportEvidence', { body: { sessionId: id }, as: 'auditor' })
    await api.ask('Audit.keys', { as: 'auditor' })
    await api.ask('Audit.checkpoint', { as: 'auditor' })
    await api.ask('Sessions.kill', { params, body: { reason: 'described' } })
  })

  it('what anybody may read, and a token that is exchanged', async () => {
    const open = ['Identity.jwks', 'Login.issuers', 'Health.live', 'Health.ready', 'Metrics.read']
    for (const id of [...open, 'Login.begin', 'OpenApi.read', 'Policies.schema'])
      await api.ask(id, { as: 'nobody' })
    for (const id of ['Connections.listProtocols', 'Certificates.authorities', 'Interception.get'])
      await api.ask(id)
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: await sharedInstance.token('aiAgent'),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'connection:shop',
    }
    await api.ask('Identity.token', { as: 'nobody', form })
  })
})

describe('every operation', () => {
  const each = () => api.operations.filter(({ path }) => path.startsWith('/v1/'))
  const params = {
    ...{ id: connectionId, connectionId, keyId: connectionId },
    ...{ name: 'nothing', version: 1, serial: '1', index: 0 },
  }

  it('refuses who shows no token, unless it is open to all', async () => {
    for (const { operationId, security } of each()) {
      const { status } = await api.ask(operationId, { params, as: 'nobody' })
      const isOpen = security?.length === 0
      expect([operationId, status === 401]).toEqual([operationId, !isOpen])
    }
  })

  it('refuses query fields that it does not describe', async () => {
    for (const { operationId, parameters } of each()) {
      if (!parameters.some((parameter) => parameter.in === 'query')) continue
      const { status, body } = await api.ask(operationId, { params, query: '?colour=red' })
      if (status === 403) continue
      expect([operationId, status, body.errors[0].path]).toEqual([operationId, 400, 'colour'])
    }
  })

  it('refuses a body with a field that it does not describe', async () => {
    for (const { operationId, requestBody } of each()) {
      if (requestBody === undefined || operationId === 'Identity.token') continue
      // What credentials have for fields depends on their kind.
      const question = { params, version: 1, body: { colour: 'red', kind: 'none' } }
      const { status, body } = await api.ask(operationId, question)
      if (status === 403) continue
      const paths = (body.errors as { path: string }[]).map(({ path }) => path)
      expect([operationId, status, paths]).toEqual([
        operationId,
        400,
        expect.arrayContaining(['colour']),
      ])
    }
  })

  it('was asked, but for those that need more than this instance has', () => {
    const left = api.operations.filter(({ operationId }) => !api.answered.has(operationId))
    expect(left.map(({ operationId }) => operationId).sort()).toEqual(notAsked)
  })
})
