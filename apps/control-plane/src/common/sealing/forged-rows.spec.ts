import { Client } from 'pg'
import { reseal } from '../../commands/reseal'
import type { ApiClient } from '../../testing/api-client'
import { good, Shop } from '../../testing/shop'
import { decideMessage, type SessionTalk } from '../../testing/test-agent'
import { EpochWatch } from '../epoch/epoch-watch'

jest.setTimeout(120_000)

const policy = `name: shop
appliesTo: { connections: [shop] }
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: delete, effect: require-approval, match: { actions: [delete] }, approval: { approvers: [group:dba], quorum: 2, hold: 30s } }
`

describe('who can write the database', () => {
  let shop: Shop
  let db: Client
  let robot: string
  let bob: ApiClient
  let eve: ApiClient

  beforeAll(async () => {
    shop = await Shop.start()
    await shop.bind('user', 'group:autogen')
    await shop.bind('approver', 'group:dba')
    await shop.attach()
    await shop.activate(policy)
    robot = await shop.token('robot', ['autogen'])
    bob = await shop.as('bob', ['dba'])
    eve = await shop.as('eve')
    db = new Client({ connectionString: shop.test.database.url })
    await db.connect()
  })

  afterAll(async () => {
    await db.end()
    await shop.stop()
  })

  const epochPasses = async () => {
    await db.query('UPDATE policy_epoch SET epoch = epoch + 1')
    await shop.test.app.get(EpochWatch, { strict: false }).refresh()
  }

  async function decided(talk: SessionTalk, text: string) {
    talk.send(decideMessage(text))
    const answer = await talk.next()
    if (answer.$case !== 'verdict') return answer
    const { outcome } = answer.value
    return outcome?.$case === 'deny' ? outcome.value.code : outcome?.$case
  }

  async function held(talk: SessionTalk, text: string): Promise<string> {
    const answer = await decided(talk, text)
    if (typeof answer === 'object' && answer.$case === 'held') return answer.value.approvalId
    throw new Error('not held')
  }

  const recorded = async () => {
    const { items } = await good(shop.admin.get('/v1/audit/entries?kind=database.forged-row'))
    return items.map(({ body }: { body: { kind: string } }) => body.kind)
  }

  it('binds nobody to a role', async () => {
    expect((await eve.get('/v1/policies')).status).toBe(403)
    await db.query(`INSERT INTO role_bindings (id, role_id, subject, connections)
      SELECT gen_random_uuid(), role_id, replace(subject, 'alice', 'eve'), connections
      FROM role_bindings WHERE subject LIKE '%alice'`)
    await epochPasses()
    const answer = await eve.get('/v1/policies')
    expect([answer.status, answer.body.code]).toEqual([500, 'ERR_CONTROL_FORGED'])
    await db.query(`DELETE FROM role_bindings WHERE subject LIKE '%eve'`)
    await epochPasses()
    expect((await eve.get('/v1/policies')).status).toBe(403)
  })

  it('widens no role', async () => {
    await db.query(
      `UPDATE roles SET permissions = permissions || '{policies:write}' WHERE name = 'approver'`,
    )
    await epochPasses()
    expect((await bob.get('/v1/me')).body.code).toBe('ERR_CONTROL_FORGED')
    await db.query(
      `UPDATE roles SET permissions = array_remove(permissions, 'policies:write') WHERE name = 'approver'`,
    )
    await epochPasses()
    expect((await bob.get('/v1/me')).status).toBe(200)
  })

  it('makes no issuer believed', async () => {
    await db.query(`UPDATE issuers SET audiences = audiences || '{another}'`)
    await epochPasses()
    const { status, body } = await (await shop.as('new')).get('/v1/me')
    expect([status, body.code]).toEqual([500, 'ERR_CONTROL_FORGED'])
    await db.query(`UPDATE issuers SET audiences = array_remove(audiences, 'another')`)
    await epochPasses()
  })

  it('brings no policy into force, and takes none out of it', async () => {
    const { talk } = await shop.open(robot)
    expect(await decided(talk, 'select 1')).toBe('allow')
    const attacks = [
      [
        `UPDATE policies SET document = jsonb_set(document, '{rules,1,effect}', '"allow"')`,
        `UPDATE policies SET document = jsonb_set(document, '{rules,1,effect}', '"require-approval"')`,
      ],
      [`UPDATE policies SET state = 'retired'`, `UPDATE policies SET state = 'active'`],
    ]
    for (const [attack = '', back = ''] of attacks) {
      await db.query(attack)
      await epochPasses()
      expect(await decided(talk, 'select 1')).toBe('ERR_CONTROL_FORGED')
      await db.query(back)
      await epochPasses()
      expect(await decided(talk, 'select 1')).toBe('allow')
    }
    talk.stream.end()
  })

  it('grants no approval', async () => {
    const { talk } = await shop.open(robot)
    const text = 'delete from customers where id = 41'
    const approvalId = await held(talk, text)
    await db.query(`UPDATE approval_requests SET state = 'approved' WHERE id = $1`, [approvalId])
    talk.stream.end()
    const again = await shop.open(robot)
    expect(await decided(again.talk, text)).toBe('ERR_CONTROL_FORGED')
    again.talk.stream.end()
    const { rows } = await db.query('SELECT state FROM approval_requests WHERE id = $1', [
      approvalId,
    ])
    expect(rows).toEqual([{ state: 'approved' }])
  })

  it('casts no vote, and changes nothing of what is voted on', async () => {
    const { talk } = await shop.open(robot)
    const approvalId = await held(talk, 'delete from customers where id = 42')
    const path = `/v1/approval-requests/${approvalId}`
    const { digest } = await good(bob.get(path))
    const vote = () => bob.post(`${path}/approve`, { digest, reason: 'fine' })
    await db.query('UPDATE approval_requests SET quorum = 1 WHERE id = $1', [approvalId])
    expect((await vote()).body.code).toBe('ERR_CONTROL_FORGED')
    await db.query('UPDATE approval_requests SET quorum = 2 WHERE id = $1', [approvalId])
    await db.query(
      `INSERT INTO votes (id, request_id, principal_id, principal, approve)
       VALUES (gen_random_uuid(), $1, gen_random_uuid(), 'carol', true)`,
      [approvalId],
    )
    expect((await vote()).body.code).toBe('ERR_CONTROL_FORGED')
    await db.query('DELETE FROM votes')
    expect((await vote()).body).toMatchObject({ state: 'pending' })
    talk.stream.end()
  })

  it('is seen in the audit log', async () => {
    const kinds = await recorded()
    expect(new Set(kinds)).toEqual(
      new Set(['role-binding', 'role', 'issuer', 'policies', 'grant', 'request', 'vote']),
    )
  })

  it('can be followed by reseal, for who has checked the rows', async () => {
    await db.query('UPDATE role_bindings SET seal = NULL')
    await epochPasses()
    expect((await bob.get('/v1/me')).body.code).toBe('ERR_CONTROL_FORGED')
    await reseal(shop.test.config)
    await shop.test.app.get(EpochWatch, { strict: false }).refresh()
    expect((await bob.get('/v1/me')).status).toBe(200)
    const { items } = await good(shop.admin.get('/v1/audit/entries?kind=database.resealed'))
    expect(items[0].body).toMatchObject({ roleBindings: 3, policies: 1 })
  })
})
