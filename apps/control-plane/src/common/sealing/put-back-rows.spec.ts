import { randomBytes } from 'node:crypto'
import { reseal } from '../../commands/reseal'
import { CheckpointService } from '../../audit/checkpoint.service'
import type { ApiClient } from '../../testing/api-client'
import { Insider } from '../../testing/insider'
import { good, Shop } from '../../testing/shop'
import { startTestApp } from '../../testing/test-app'
import { Database } from '../database/database'
import { ledgerKinds } from './ledger-leaf'

jest.setTimeout(120_000)

const policy = (effect: string) => `name: shop
appliesTo: { connections: [shop] }
rules:
  - { id: read, effect: ${effect}, match: { actions: [read] } }
  - { id: delete, effect: require-approval, match: { actions: [delete] }, approval: { approvers: [group:dba], hold: 30s } }
`

describe('a state of a row that was sealed once', () => {
  const masterKey = randomBytes(32).toString('base64')
  let shop: Shop
  let insider: Insider
  let robot: string
  let bob: ApiClient

  beforeAll(async () => {
    shop = await Shop.start({ WARDGATE_MASTER_KEY: masterKey })
    await shop.bind('user', 'group:autogen')
    await shop.bind('approver', 'group:dba')
    await shop.attach()
    await shop.activate(policy('allow'))
    robot = await shop.token('robot', ['autogen'])
    bob = await shop.as('bob', ['dba'])
    await good(bob.get('/v1/me'))
    insider = await Insider.at(shop.test)
  })

  afterAll(async () => {
    await insider.close()
    await shop.stop()
  })

  const named = async (path: string, name: string) => {
    const { items } = await good(shop.admin.get(path))
    return items.find((item: { name: string }) => item.name === name)
  }

  const opening = async () => {
    const { talk } = await shop.open(robot)
    const verdict = await shop.decided(talk, 'select 1')
    talk.stream.end()
    return verdict
  }

  it('gives a role that was taken away to nobody', async () => {
    const eve = await shop.as('eve')
    await shop.bind('auditor', 'subject:eve')
    const bindings = await insider.copy('role_bindings')
    const { items } = await good(shop.admin.get('/v1/role-bindings?subject=subject:eve'))
    expect((await eve.get('/v1/policies')).status).toBe(200)
    await shop.admin.delete(`/v1/role-bindings/${items[0].id}`)
    expect((await eve.get('/v1/policies')).status).toBe(403)
    await insider.putBack('role_bindings', bindings)
    expect((await eve.get('/v1/policies')).body.code).toBe('ERR_CONTROL_FORGED')
    await insider.write('DELETE FROM role_bindings WHERE id = $1', [items[0].id])
  })

  it('enables nobody who was disabled, even as a stranger', async () => {
    const mallory = await shop.as('mallory', ['dba'])
    await good(mallory.get('/v1/me'))
    const before = await insider.copy('principals')
    const { id, version } = await named('/v1/principals?subject=mallory', 'mallory')
    await good(shop.admin.patch(`/v1/principals/${id}`, { disabled: true }, version))
    expect((await mallory.get('/v1/me')).status).toBe(403)
    const disabled = await insider.copy('principals')
    await insider.putBack('principals', before)
    expect((await mallory.get('/v1/me')).body.code).toBe('ERR_CONTROL_FORGED')
    await insider.write('DELETE FROM principals WHERE id = $1', [id])
    expect((await mallory.get('/v1/me')).body.code).toBe('ERR_CONTROL_FORGED')
    await insider.putBack('principals', disabled)
  })

  it('brings no earlier policy into force', async () => {
    expect(await opening()).toBe('allow')
    const before = await insider.copy('policies')
    await shop.activate(policy('deny'))
    expect(await opening()).toBe('ERR_POLICY_DENIED')
    const after = await insider.copy('policies')
    await insider.putBack('policies', before)
    await expect(shop.open(robot)).rejects.toThrow('ERR_CONTROL_FORGED')
    await insider.putBack('policies', after)
    await shop.activate(policy('allow'))
    expect(await opening()).toBe('allow')
  })

  it('leads no connection to where it led, with the credential of then', async () => {
    const { id, version } = await named('/v1/connections', 'shop')
    const [connections, credentials] = [
      await insider.copy('connections'),
      await insider.copy('credentials'),
    ]
    await good(shop.admin.patch(`/v1/connections/${id}`, { database: 'other' }, version))
    const later = await insider.copy('connections')
    await insider.putBack('connections', connections)
    await expect(shop.open(robot)).rejects.toThrow('ERR_CONTROL_FORGED')
    await insider.putBack('connections', later)
    const secret = { kind: 'password', username: 'app', password: 'another' }
    await good(shop.admin.post(`/v1/connections/${id}/credentials`, secret))
    const newest = await insider.copy('credentials')
    await insider.putBack('credentials', credentials)
    await expect(shop.open(robot)).rejects.toThrow('ERR_CONTROL_FORGED')
    await insider.putBack('credentials', newest)
    await good(shop.admin.patch(`/v1/connections/${id}`, { database: 'shop' }, Number(version) + 1))
    expect(await opening()).toBe('allow')
  })

  it('opens nothing for an agent that no longer serves the connection', async () => {
    const path = `/v1/agents/${shop.agentId}/connections/${shop.connectionId}`
    const before = await insider.copy('agent_connections')
    await shop.admin.delete(path)
    await insider.putBack('agent_connections', before)
    await expect(shop.open(robot)).rejects.toThrow('ERR_CONTROL_FORGED')
    await good(shop.admin.put(path, { listeners: [] }))
    expect(await opening()).toBe('allow')
  })

  it('lets nobody decide again what was rejected', async () => {
    const { talk } = await shop.open(robot)
    const id = await shop.held(talk, 'delete from customers where id = 51')
    const [requests, votes] = [await insider.copy('approval_requests'), await insider.copy('votes')]
    const path = `/v1/approval-requests/${id}`
    const { digest } = await good(bob.get(path))
    await good(bob.post(`${path}/reject`, { digest, reason: 'no' }))
    talk.stream.end()
    await insider.putBack('approval_requests', requests)
    await insider.putBack('votes', votes)
    const again = await bob.post(`${path}/approve`, { digest, reason: 'yes' })
    expect(again.body.code).toBe('ERR_CONTROL_FORGED')
  })

  it('uses no approval twice', async () => {
    const text = 'delete from customers where id = 52'
    const first = await shop.open(robot)
    const id = await shop.held(first.talk, text)
    const path = `/v1/approval-requests/${id}`
    const { digest } = await good(bob.get(path))
    await good(bob.post(`${path}/approve`, { digest, reason: 'once' }))
    while ((await first.talk.next()).$case !== 'verdict') continue
    first.talk.stream.end()
    const set = `UPDATE approval_requests SET state = 'approved', consumed_at = NULL WHERE id = $1`
    await insider.write(set, [id])
    const second = await shop.open(robot)
    expect(await shop.decided(second.talk, text)).toBe('ERR_CONTROL_FORGED')
    second.talk.stream.end()
  })

  describe('after a restart', () => {
    const starting = async () => {
      const env = { WARDGATE_MASTER_KEY: masterKey }
      const other = await startTestApp(env, shop.test.database)
      await other.stop()
    }

    const sign = () => shop.test.app.get(CheckpointService, { strict: false }).sign()
    const kinds = `kind IN ('${ledgerKinds.changed}', '${ledgerKinds.restarted}')`

    it('is known as of the log', async () => {
      await expect(starting()).resolves.toBeUndefined()
      await insider.write(`UPDATE roles SET description = 'other' WHERE name = 'approver'`)
      await expect(starting()).resolves.toBeUndefined()
    })

    it('is not to be had by cutting the end of the ledger', async () => {
      await sign()
      const entries = await insider.copy('audit_entries')
      await insider.tear(`DELETE FROM audit_entries WHERE index =
        (SELECT max(index) FROM audit_entries WHERE ${kinds})`)
      await expect(starting()).rejects.toMatchObject({ code: 'ERR_AUDIT_CORRUPT' })
      await insider.putBack('audit_entries', entries)
      await expect(starting()).resolves.toBeUndefined()
    })

    it('is not to be had by taking a change out of it, or altering one', async () => {
      const entries = await insider.copy('audit_entries')
      await insider.tear(`DELETE FROM audit_entries WHERE index =
        (SELECT max(index) - 1 FROM audit_entries WHERE ${kinds}) AND ${kinds}`)
      await insider.tear(`DELETE FROM audit_entries WHERE index = (SELECT index FROM audit_entries
        WHERE ${kinds} ORDER BY index DESC OFFSET 2 LIMIT 1)`)
      await expect(starting()).rejects.toThrow('the ledger of seals has change')
      await insider.putBack('audit_entries', entries)
      await insider.tear(`UPDATE audit_entries SET leaf = replace(leaf, '"number":7,', '"number":8,')
        WHERE ${kinds}`)
      await expect(starting()).rejects.toThrow('the ledger of seals was altered')
      await insider.putBack('audit_entries', entries)
    })

    it('is not to be had by altering the checkpoint that counts the ledger', async () => {
      const checkpoints = await insider.copy('checkpoints')
      await insider.tear('UPDATE checkpoints SET ledger_number = 0, seal = NULL')
      await expect(starting()).rejects.toThrow('contradicted by checkpoint')
      await insider.putBack('checkpoints', checkpoints)
    })
  })

  it('is not to be had from a ledger that shrinks while it is in use', async () => {
    const entries = await insider.copy('audit_entries')
    await insider.tear(`DELETE FROM audit_entries WHERE kind = '${ledgerKinds.changed}'`)
    const answer = await shop.admin.post('/v1/role-bindings', { role: 'user', subject: 'group:x' })
    expect(answer.body.code).toBe('ERR_AUDIT_CORRUPT')
    await insider.putBack('audit_entries', entries)
  })

  it('can be taken for what it is by reseal, even when the ledger is damaged', async () => {
    await insider.tear(`DELETE FROM audit_entries WHERE kind = '${ledgerKinds.changed}'`)
    await reseal(shop.test.config)
    expect(await opening()).toBe('allow')
    const env = { WARDGATE_MASTER_KEY: masterKey }
    const other = await startTestApp(env, shop.test.database)
    expect(await other.app.get(Database).prisma.role.count()).toBeGreaterThan(0)
    await other.stop()
  })
})
