import { createHash, randomBytes } from 'node:crypto'
import { reseal } from '../../commands/reseal'
import type { ApiClient } from '../../testing/api-client'
import { Insider } from '../../testing/insider'
import { good, Shop } from '../../testing/shop'
import { enrol } from '../../testing/test-agent'
import { AuthorityService } from '../../agents/authority.service'
import { ed25519Client } from '../../testing/signing-client'
import { readPublicKeyLine } from '@wardgate/wire/openssh'
import { sessionCookie } from '../auth/access.guard'
import { Authenticator } from '../auth/authenticator'
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
  let insider: Insider
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
    insider = await Insider.at(shop.test)
  })

  afterAll(async () => {
    await insider.close()
    await shop.stop()
  })

  const recorded = async () => {
    const { items } = await good(shop.admin.get('/v1/audit/entries?kind=database.forged-row'))
    return items.map(({ body }: { body: { kind: string } }) => body.kind)
  }

  const opening = async () => {
    try {
      const { talk } = await shop.open(robot)
      talk.stream.end()
      return 'opened'
    } catch (error) {
      return String(error).match(/ERR_\w+/)?.[0]
    }
  }

  it('binds nobody to a role', async () => {
    expect((await eve.get('/v1/policies')).status).toBe(403)
    await insider.write(`INSERT INTO role_bindings (id, role_id, subject, connections)
      SELECT gen_random_uuid(), role_id, replace(subject, 'alice', 'eve'), connections
      FROM role_bindings WHERE subject LIKE '%alice'`)
    const answer = await eve.get('/v1/policies')
    expect([answer.status, answer.body.code]).toEqual([500, 'ERR_CONTROL_FORGED'])
    await insider.write(`DELETE FROM role_bindings WHERE subject LIKE '%eve'`)
    expect((await eve.get('/v1/policies')).status).toBe(403)
  })

  it.each([
    [
      'widens no role',
      `UPDATE roles SET permissions = permissions || '{policies:write}' WHERE name = 'approver'`,
      `UPDATE roles SET permissions = array_remove(permissions, 'policies:write') WHERE name = 'approver'`,
    ],
    [
      'puts nobody into a group',
      `UPDATE principals SET groups = groups || '{admins}' WHERE subject = 'bob'`,
      `UPDATE principals SET groups = array_remove(groups, 'admins') WHERE subject = 'bob'`,
    ],
    [
      'makes nobody a person, or the owner of nothing',
      `UPDATE principals SET owner = 'nobody' WHERE subject = 'bob'`,
      `UPDATE principals SET owner = '' WHERE subject = 'bob'`,
    ],
  ])('%s', async (_what, attack, back) => {
    expect((await bob.get('/v1/me')).status).toBe(200)
    await insider.write(attack)
    expect((await bob.get('/v1/me')).body.code).toBe('ERR_CONTROL_FORGED')
    await insider.write(back)
    expect((await bob.get('/v1/me')).status).toBe(200)
  })

  it('makes no issuer believed', async () => {
    await insider.write(`UPDATE issuers SET audiences = audiences || '{another}'`)
    const { status, body } = await (await shop.as('new')).get('/v1/me')
    expect([status, body.code]).toEqual([500, 'ERR_CONTROL_FORGED'])
    await insider.write(`UPDATE issuers SET audiences = array_remove(audiences, 'another')`)
  })

  it.each([
    [
      'leads no credential to a server of his own',
      `UPDATE connections SET endpoints = '[{"host":"203.0.113.7","port":5432}]'`,
      `UPDATE connections SET endpoints = '[{"host":"127.0.0.1","port":5432}]'`,
    ],
    [
      'changes no settings of a connection',
      `UPDATE connections SET settings = '{"anything":true}'`,
      `UPDATE connections SET settings = '{}'`,
    ],
    [
      'unrecords no session',
      `UPDATE connections SET recording = 'off'`,
      `UPDATE connections SET recording = 'full'`,
    ],
    [
      'hands no connection to another agent',
      `WITH own AS (INSERT INTO agents (id, name, updated_at)
         VALUES ('00000000-0000-7000-8000-000000000001', 'own', now()) RETURNING id)
       INSERT INTO agent_connections SELECT own.id, c.id, '[]' FROM own, connections c`,
      `DELETE FROM agents WHERE name = 'own'`,
    ],
  ])('%s', async (_what, attack, back) => {
    expect(await opening()).toBe('opened')
    await insider.write(attack)
    expect(await opening()).toBe('ERR_CONTROL_FORGED')
    await insider.write(back)
    expect(await opening()).toBe('opened')
  })

  it('enrols no agent', async () => {
    const secret = randomBytes(32).toString('base64url')
    await insider.write(
      `INSERT INTO join_tokens (id, digest, agent_name, connections, expires_at, created_by)
       VALUES (gen_random_uuid(), $1, 'own', '{shop}', now() + interval '1 hour', 'alice')`,
      [createHash('sha256').update(secret).digest()],
    )
    const { config, app } = shop.test
    const authority = app.get(AuthorityService, { strict: false })
    const token = `wgj1.${secret}.${await authority.digest()}`
    const enrolled = enrol(config.enrolment.port, await authority.pem(), token)
    await expect(enrolled).rejects.toThrow('ERR_CONTROL_FORGED')
    const { rows } = await insider.db.query(`SELECT 1 FROM agents WHERE name = 'own'`)
    expect(rows).toEqual([])
  })

  it('logs in to no console, as whomever', async () => {
    const cookie = randomBytes(32).toString('base64url')
    await insider.write(
      `INSERT INTO console_sessions (digest, principal_id, expires_at)
       SELECT $1, id, now() + interval '1 hour' FROM principals WHERE subject = 'alice'`,
      [createHash('sha256').update(cookie).digest()],
    )
    const answer = await fetch(`${shop.test.url}/v1/me`, {
      headers: { Cookie: `${sessionCookie}=${cookie}` },
    })
    expect(await answer.json()).toMatchObject({ code: 'ERR_CONTROL_FORGED' })
  })

  it('registers no public key', async () => {
    const client = ed25519Client()
    const key = readPublicKeyLine(client.line)
    await insider.write(
      `INSERT INTO principal_keys (id, principal_id, fingerprint, name, public_key, created_by, expires_at)
       SELECT gen_random_uuid(), id, $1, 'own', $2, id, now() + interval '1 hour'
       FROM principals WHERE subject = 'robot'`,
      [key?.fingerprint, key?.text],
    )
    const authenticator = shop.test.app.get(Authenticator, { strict: false })
    const context = { address: '127.0.0.1', surface: 'grpc', expectedConnection: 'shop' }
    const login = authenticator.authenticateKey(client.prove('shop'), context)
    await expect(login).rejects.toMatchObject({ code: 'ERR_CONTROL_FORGED' })
  })

  it('brings no policy into force, and takes none out of it', async () => {
    const { talk } = await shop.open(robot)
    expect(await shop.decided(talk, 'select 1')).toBe('allow')
    const attacks = [
      [
        `UPDATE policies SET document = jsonb_set(document, '{rules,1,effect}', '"allow"')`,
        `UPDATE policies SET document = jsonb_set(document, '{rules,1,effect}', '"require-approval"')`,
      ],
      [`UPDATE policies SET state = 'retired'`, `UPDATE policies SET state = 'active'`],
    ]
    for (const [attack = '', back = ''] of attacks) {
      await insider.write(attack)
      expect(await shop.decided(talk, 'select 1')).toBe('ERR_CONTROL_FORGED')
      await insider.write(back)
      expect(await shop.decided(talk, 'select 1')).toBe('allow')
    }
    talk.stream.end()
  })

  it('changes no draft before it is activated', async () => {
    const source = policy.replace('name: shop', 'name: draft')
    const { version } = await good(shop.admin.post('/v1/policies', { source }))
    await insider.write(
      `UPDATE policies SET document = jsonb_set(document, '{rules,1,effect}', '"allow"')
       WHERE name = 'draft'`,
    )
    const { body } = await shop.admin.post(`/v1/policies/draft/versions/${version}/activate`)
    expect(body.code).toBe('ERR_CONTROL_FORGED')
    await insider.write(`DELETE FROM policies WHERE name = 'draft'`)
  })

  it('describes no table otherwise than its target does', async () => {
    const { rows } = await insider.db.query<{ manifest: Buffer }>('SELECT manifest FROM catalogs')
    const [manifest] = rows.map((row) => row.manifest)
    if (manifest === undefined) throw new Error('no catalog')
    const altered = Buffer.from(
      manifest.map((byte, at) => (at === manifest.length - 1 ? byte ^ 1 : byte)),
    )
    const set = 'UPDATE catalogs SET manifest = $1, digest = $2'
    const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    const { talk } = await shop.open(robot)
    await insider.write(set, [altered, digestOf(altered)])
    expect(await shop.decided(talk, 'select id from customers')).toBe('ERR_CONTROL_FORGED')
    await insider.write(set, [manifest, digestOf(manifest)])
    expect(await shop.decided(talk, 'select id from customers')).toBe('allow')
    talk.stream.end()
  })

  it('grants no approval', async () => {
    const { talk } = await shop.open(robot)
    const text = 'delete from customers where id = 41'
    const approvalId = await shop.held(talk, text)
    await insider.write(`UPDATE approval_requests SET state = 'approved' WHERE id = $1`, [
      approvalId,
    ])
    talk.stream.end()
    const again = await shop.open(robot)
    expect(await shop.decided(again.talk, text)).toBe('ERR_CONTROL_FORGED')
    again.talk.stream.end()
    const { rows } = await insider.db.query('SELECT state FROM approval_requests WHERE id = $1', [
      approvalId,
    ])
    expect(rows).toEqual([{ state: 'approved' }])
  })

  it('casts no vote, and changes nothing of what is voted on', async () => {
    const { talk } = await shop.open(robot)
    const approvalId = await shop.held(talk, 'delete from customers where id = 42')
    const path = `/v1/approval-requests/${approvalId}`
    const { digest } = await good(bob.get(path))
    const vote = () => bob.post(`${path}/approve`, { digest, reason: 'fine' })
    await insider.write('UPDATE approval_requests SET quorum = 1 WHERE id = $1', [approvalId])
    expect((await vote()).body.code).toBe('ERR_CONTROL_FORGED')
    await insider.write('UPDATE approval_requests SET quorum = 2 WHERE id = $1', [approvalId])
    await insider.write(
      `INSERT INTO votes (id, request_id, principal_id, principal, approve)
       VALUES (gen_random_uuid(), $1, gen_random_uuid(), 'carol', true)`,
      [approvalId],
    )
    expect((await vote()).body.code).toBe('ERR_CONTROL_FORGED')
    await insider.write('DELETE FROM votes')
    expect((await vote()).body).toMatchObject({ state: 'pending' })
    talk.stream.end()
  })

  it('is seen in the audit log', async () => {
    expect(new Set(await recorded())).toEqual(
      new Set([
        ...[
          'role-binding',
          'role',
          'principal',
          'issuer',
          'connection',
          'assignment',
          'join-token',
        ],
        ...['console-session', 'principal-key', 'policies', 'policy', 'catalog'],
        ...['grant', 'request', 'vote'],
      ]),
    )
  })

  it('can be followed by reseal, for who has checked the rows', async () => {
    const widened = `UPDATE roles SET permissions = permissions || '{audit:read}' WHERE name = 'approver'`
    await insider.write(`UPDATE connections SET labels = '{"checked":"yes"}'`)
    expect(await opening()).toBe('ERR_CONTROL_FORGED')
    await reseal(shop.test.config)
    await shop.test.app.get(EpochWatch, { strict: false }).refresh()
    expect(await opening()).toBe('opened')
    const { items } = await good(shop.admin.get('/v1/audit/entries?kind=database.resealed'))
    expect(items[0].body).toMatchObject({ connections: 1, roleBindings: 3, policies: 1 })
    await insider.write(widened)
    expect((await bob.get('/v1/me')).body.code).toBe('ERR_CONTROL_FORGED')
  })
})
