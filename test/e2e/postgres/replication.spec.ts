import type { Cluster } from '@wardgate/embedded-postgres'
import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { eventually } from '../../support/eventually'
import { runProcess } from '../../support/instance'
import { describeWithPeer, peerPath } from '../../support/peers'
import { registerPostgres } from '../../support/register-postgres'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(120_000)

const rules = (more: string) => `
  - { id: replicate, effect: allow, match: { actions: [replicate, read, set] } }${more}`

// Not the newest: these clients refuse a server that is newer than they are.
describeWithPeer('postgres14', (binaries) => {
  const recvlogical = peerPath('pg_recvlogical') ?? 'pg_recvlogical'
  const receivewal = peerPath('pg_receivewal') ?? 'pg_receivewal'
  let folder: string
  let cluster: Cluster
  let direct: Client
  let token: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wardgate-replication-'))
    // What is committed is to be in the log at once: changes are read from there.
    const settings = { wal_level: 'logical', synchronous_commit: 'on' }
    cluster = await startTestCluster({ binaries, settings })
    direct = new Client({ connectionString: cluster.url('postgres') })
    await direct.connect()
    await direct.query('CREATE TABLE orders (id int PRIMARY KEY, card text)')
    token = await sharedInstance.token('aiAgent')
    await registerPostgres(cluster, 'changes', rules(''))
    await registerPostgres(
      cluster,
      'masked-changes',
      rules('\n  - { id: cards, mask: { columns: ["orders.card"], with: redact } }'),
    )
    await registerPostgres(
      cluster,
      'secret-changes',
      rules('\n  - { id: secrets, effect: deny, match: { resources: ["table:*.secrets"] } }'),
    )
  })

  afterAll(async () => {
    await direct.end()
    await cluster.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  function run(program: string, connection: string, args: readonly string[]) {
    const { host, port } = sharedInstance.agent
    const where = ['-h', host, '-p', String(port), '-U', connection, '--no-password']
    const env = { ...process.env, PGPASSWORD: token, PGSSLMODE: 'disable' }
    return runProcess(program, [...where, ...args], env)
  }

  const logical = (connection: string, ...args: string[]) =>
    run(recvlogical, connection, ['-d', 'postgres', '--slot=changes', ...args])

  const position = async () => {
    const { rows } = await direct.query<{ at: string }>('SELECT pg_current_wal_lsn() AS at')
    return rows[0]?.at ?? ''
  }

  it('pg_recvlogical makes a slot and receives the changes of a database', async () => {
    const created = await logical('changes', '--create-slot', '--plugin=test_decoding')
    expect(created).toMatchObject({ code: 0, stderr: '' })
    await direct.query("INSERT INTO orders VALUES (1, 'replicated-card')")
    const end = await position()
    const received = await logical('changes', '--start', '--no-loop', `--endpos=${end}`, '-f', '-')
    expect(received.code).toBe(0)
    expect(received.stdout).toContain("card[text]:'replicated-card'")
    expect(await logical('changes', '--drop-slot')).toMatchObject({ code: 0 })
    const { rows } = await direct.query('SELECT slot_name FROM pg_replication_slots')
    expect(rows).toEqual([])
  })

  it('pg_receivewal receives the log', async () => {
    const into = mkdtempSync(join(folder, 'wal-'))
    await direct.query("INSERT INTO orders VALUES (2, 'logged')")
    await direct.query('SELECT pg_switch_wal()')
    const end = await position()
    await direct.query("INSERT INTO orders VALUES (3, 'past the end')")
    const args = ['-D', into, '--no-loop', `--endpos=${end}`]
    expect(await run(receivewal, 'changes', args)).toMatchObject({ code: 0 })
    expect(readdirSync(into).length).toBeGreaterThan(0)
  })

  it('every command is in the audit log, as what it is', async () => {
    const auditor = await sharedInstance.api('auditor')
    const { items } = await eventually(async () => {
      const found = await auditor.ok<{ items: { kind: string; text: string; status: string }[] }>(
        'GET',
        '/v1/operations?limit=200',
      )
      return found.items.some(({ text }) => text.startsWith('START_REPLICATION SLOT "changes"'))
        ? found
        : undefined
    })
    const texts = items.filter(({ kind }) => kind === 'replication').map(({ text }) => text)
    for (const begin of ['a connection for', 'IDENTIFY_SYSTEM', 'CREATE_REPLICATION_SLOT'])
      expect(texts.some((text) => text.startsWith(begin))).toBe(true)
  })

  it.each([
    ['masked-changes', 'cannot be masked'],
    ['secret-changes', 'denied|secrets'],
    ['shop', 'shop/secrets'],
  ])('is refused through %s, and says why', async (connection, why) => {
    const create = await logical(connection, '--create-slot', '--plugin=test_decoding')
    expect(create.code).not.toBe(0)
    expect(create.stderr).toMatch(new RegExp(why))
    const { rows } = await direct.query('SELECT slot_name FROM pg_replication_slots')
    expect(rows).toEqual([])
  })
})
