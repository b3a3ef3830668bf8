import { join } from 'node:path'
import type { Client } from 'pg'
import { eventually } from '../../support/eventually'
import { connectDirectly } from '../../support/governed-client'
import { runProcess, type Api } from '../../support/instance'
import { peerPath } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { httpAgent } from './register'

interface ApprovalRequest {
  readonly id: string
  readonly digest: string
  readonly text: string
}

jest.setTimeout(60_000)

let url: string
let token: string
let approver: Api
let direct: Client

beforeAll(async () => {
  url = `${httpAgent(sharedInstance)}/shop-api`
  token = await sharedInstance.token('aiAgent')
  approver = await sharedInstance.api('approver')
  direct = await connectDirectly(sharedInstance)
})

afterAll(() => direct.end())

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
  })

async function pending(text: string): Promise<ApprovalRequest> {
  return eventually(async () => {
    const { items } = await approver.ok<{ items: ApprovalRequest[] }>(
      'GET',
      '/v1/approval-requests?state=pending',
    )
    const found = items.find((item) => item.text.includes(text))
    return found && approver.ok<ApprovalRequest>('GET', `/v1/approval-requests/${found.id}`)
  })
}

async function vote({ id, digest }: ApprovalRequest, how: 'approve' | 'reject'): Promise<void> {
  await approver.ok('POST', `/v1/approval-requests/${id}/${how}`, { digest, reason: 'seen' })
}

async function orderExists(id: number): Promise<boolean> {
  const { rowCount } = await direct.query('SELECT 1 FROM orders WHERE id = $1', [id])
  return rowCount === 1
}

it('masks e-mails and cards, and leaves the rest', async () => {
  const bare = await direct.query('SELECT name, email, card_number FROM customers WHERE id = 1')
  const response = await ask('/customers/1')
  expect(response.status).toBe(200)
  const text = await response.text()
  expect(JSON.parse(text)).toMatchObject({ id: 1, name: bare.rows[0].name })
  expect(text).not.toContain(bare.rows[0].email)
  expect(text).not.toContain(bare.rows[0].card_number)
})

it('masks compressed answers and answers to range requests', async () => {
  const bare = await direct.query('SELECT email FROM customers WHERE id = 1')
  const headers = { 'accept-encoding': 'gzip', range: 'bytes=0-400' }
  const response = await ask('/customers/1', { headers })
  expect(response.status).toBe(200)
  expect(await response.text()).not.toContain(bare.rows[0].email)
})

it('denies what a rule denies, and says which', async () => {
  const response = await ask('/secrets')
  expect(response.status).toBe(403)
  const problem = (await response.json()) as { code: string; detail: string }
  expect(problem).toMatchObject({ code: 'ERR_POLICY_DENIED' })
  expect(problem.detail).toContain('Secrets are not for AI agents.')
})

it.each(['/secrets/', '//secrets', '/x/../secrets', '/%73ecrets', '/./secrets', '/secrets?x=1'])(
  'denies it by any other spelling: %s',
  async (path) => {
    const response = await ask(path)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'ERR_POLICY_DENIED' })
  },
)

it('holds a deletion until somebody approves it', async () => {
  const answered = ask('/orders/31', { method: 'DELETE' })
  const request = await pending('/orders/31')
  expect(await orderExists(31)).toBe(true)
  await vote(request, 'approve')
  expect((await answered).status).toBe(200)
  expect(await orderExists(31)).toBe(false)
})

it('deletes nothing when it is rejected', async () => {
  const answered = ask('/orders/32', { method: 'DELETE' })
  await vote(await pending('/orders/32'), 'reject')
  const response = await answered
  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ code: 'ERR_APPROVAL_REJECTED' })
  expect(await orderExists(32)).toBe(true)
})

it('holds a request whose body says what no database stores', async () => {
  const body = '{"note":"\\u0000","\\ud800":1}'
  const headers = { 'content-type': 'application/json' }
  const answered = ask('/orders/34', { method: 'DELETE', body, headers })
  await vote(await pending('/orders/34'), 'approve')
  expect((await answered).status).toBe(200)
  expect(await orderExists(34)).toBe(false)
})

it('lets the identical request through after a 202, once', async () => {
  const headers = { prefer: 'respond-async', 'idempotency-key': 'order-33' }
  const first = await ask('/orders/33', { method: 'DELETE', headers })
  expect(first.status).toBe(202)
  const { approvalId } = (await first.json()) as { approvalId: string }
  const request = await pending('/orders/33')
  expect(request.id).toBe(approvalId)
  await vote(request, 'approve')
  expect(await orderExists(33)).toBe(true)
  expect((await ask('/orders/33', { method: 'DELETE', headers })).status).toBe(200)
  expect(await orderExists(33)).toBe(false)
  expect((await ask('/orders/33', { method: 'DELETE', headers })).status).toBe(202)
})

it('refuses a token that is none, and tells how to come', async () => {
  const response = await fetch(`${url}/customers`, { headers: { authorization: 'Bearer x.y.z' } })
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ nextStep: expect.any(String) })
})

it('keeps the key of the target from the client', async () => {
  const response = await ask('/customers/1', { headers: { 'x-api-key': 'mine' } })
  expect(response.status).toBe(200)
  expect(JSON.stringify([...response.headers])).not.toContain('api-key')
})

const python = peerPath('python')
const withPython = python === undefined ? it.skip : it

withPython('tells the model of an AutoGen HttpTool what was refused and what to do', async () => {
  const { hostname, port } = new URL(url)
  const script = join(__dirname, 'clients/autogen_http_tool.py')
  const args = [script, hostname, port, '/shop-api/secrets', token, 'GET']
  const { stdout, stderr } = await runProcess(python ?? '', args, process.env)
  expect(stderr === '' ? stdout : stdout || stderr).toContain('Secrets are not for AI agents.')
})
