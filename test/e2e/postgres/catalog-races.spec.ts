import type { Client } from 'pg'
import { eventually } from '../../support/eventually'
import { connectDirectly, connectThrough } from '../../support/governed-client'
import type { Api } from '../../support/instance'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(90_000)

const planted = 'CANARY-race-51f0'
const policy = `name: catalog-races
appliesTo: { connections: ["shop"] }
rules:
  - { id: hidden, mask: { columns: [race_masked.secret], with: redact } }
`

let direct: Client
let through: Client
let admin: Api
let path: string

/** What a statement shows, or the message of its refusal. */
async function shown(text: string): Promise<string> {
  try {
    return JSON.stringify((await through.query(text)).rows)
  } catch (error) {
    return (error as Error).message
  }
}

/** Until the gateway knows what the target has become. */
async function settled(text: string): Promise<string> {
  return eventually(async () => {
    const result = await shown(text)
    return result.startsWith('[') ? result : undefined
  }, 30_000)
}

beforeAll(async () => {
  admin = await sharedInstance.api('admin')
  direct = await connectDirectly(sharedInstance)
  const made = await admin.ok<{ version: number }>('POST', '/v1/policies', { source: policy })
  path = `/v1/policies/catalog-races/versions/${made.version}`
  await admin.ok('POST', `${path}/activate`, {})
  through = (await connectThrough(sharedInstance)).client
})

beforeEach(async () => {
  await direct.query(`
    DROP VIEW IF EXISTS race_view; DROP TABLE IF EXISTS race_masked, race_open;
    CREATE TABLE race_masked (id int, secret text); INSERT INTO race_masked VALUES (1, '${planted}');
    CREATE TABLE race_open (id int, secret text); INSERT INTO race_open VALUES (1, 'plain');
    GRANT SELECT ON race_masked, race_open TO PUBLIC`)
  expect(await settled('SELECT secret FROM race_open')).toContain('plain')
  expect(await settled('SELECT secret FROM race_masked')).not.toContain(planted)
})

afterAll(async () => {
  await direct.query('DROP TABLE IF EXISTS race_masked, race_open')
  await admin.ok('POST', `${path}/retire`, {})
  await Promise.all([direct.end(), through.end()])
})

describe('a schema that changes behind the gateway', () => {
  it.each(['SELECT secret FROM race_open', 'SELECT * FROM race_open ORDER BY id'])(
    'shows nothing of a table that took the name of another: %s',
    async (text) => {
      await direct.query(`
        ALTER TABLE race_open RENAME TO race_gone; ALTER TABLE race_masked RENAME TO race_open;
        ALTER TABLE race_gone RENAME TO race_masked`)
      const first = await shown(text)
      expect(first).not.toContain(planted)
      expect(first).toContain('a table that the decision did not expect')
    },
  )

  it('shows nothing of a table that was made anew under the name', async () => {
    await direct.query(`
      DROP TABLE race_open; CREATE TABLE race_open AS SELECT * FROM race_masked;
      GRANT SELECT ON race_open TO PUBLIC`)
    expect(await shown('SELECT secret FROM race_open')).toContain(
      'a table that the decision did not expect',
    )
  })

  it('refuses a result with a column more than was decided, and shows it once it is known', async () => {
    await direct.query(`ALTER TABLE race_open ADD COLUMN more text DEFAULT 'more'`)
    const text = 'SELECT * FROM race_open'
    expect(await shown(text)).toContain('the result has 3 columns where the decision expected 2')
    expect(await settled(text)).toContain('more')
  })

  it('masks a column that was renamed', async () => {
    await direct.query('ALTER TABLE race_masked RENAME COLUMN id TO number')
    await direct.query('ALTER TABLE race_masked RENAME COLUMN secret TO id')
    expect(await shown('SELECT id FROM race_masked')).not.toContain(planted)
  })
})
