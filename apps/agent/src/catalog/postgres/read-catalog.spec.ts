import { type Catalog, RelationKind, RoutineKind, Volatility } from '@wardgate/contract'
import { type RealDatabase, startRealDatabase } from '../../testing/real-database'
import { digestOf } from '../catalog-watch'
import { readPostgresCatalog } from './read-catalog'

const schema = `
  CREATE SCHEMA app;
  CREATE TABLE app.customers (id int PRIMARY KEY, name text, gone int, email text);
  CREATE TABLE app.made (name text DEFAULT 'x', shout text GENERATED ALWAYS AS (upper(name)) STORED,
    hush text GENERATED ALWAYS AS (lower(name)) VIRTUAL);
  ALTER TABLE app.customers DROP COLUMN gone;
  CREATE TABLE app.events (at date, what text) PARTITION BY RANGE (at);
  CREATE TABLE app.events_2026 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE VIEW app.emails AS SELECT email FROM app.customers;
  CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER note BEFORE INSERT ON app.customers FOR EACH ROW EXECUTE FUNCTION app.note();
  CREATE FUNCTION app.old_style(n int) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    AS 'SELECT email FROM app.customers WHERE id = n';
  CREATE FUNCTION app.new_style(n int) RETURNS text LANGUAGE sql
    RETURN (SELECT email FROM app.customers WHERE id = n);
  ALTER TABLE app.customers ENABLE ROW LEVEL SECURITY;
  CREATE RULE quiet AS ON DELETE TO app.events_2026 DO INSTEAD NOTHING;
  CREATE DOMAIN app.mail AS text;
  ALTER ROLE postgres SET search_path = app, public;
`

let access: RealDatabase['access']
let database: RealDatabase['database']
let stop: RealDatabase['stop']

beforeAll(async () => {
  ;({ access, database, stop } = await startRealDatabase(schema))
}, 60_000)

afterAll(() => stop())

const signal = new AbortController().signal

async function read(): Promise<{ fingerprint: string; catalog: Catalog }> {
  const reading = await readPostgresCatalog({ access, database: 'postgres', signal })
  if (reading === undefined) throw new Error('nothing was read')
  return reading
}

describe('the PostgreSQL catalog reader', () => {
  it('reads relations with columns, parents, triggers, rules and view text', async () => {
    const { catalog } = await read()
    const named = (name: string) =>
      catalog.relations.find((relation) => relation.schema === 'app' && relation.name === name)!
    const columns = (name: string) =>
      named(name).columns.map(({ number, name: column }) => `${number} ${column}`)
    expect(columns('customers')).toEqual(['1 id', '2 name', '4 email'])
    expect(named('customers')).toMatchObject({
      kind: RelationKind.RELATION_KIND_TABLE,
      triggerFunctions: ['app.note'],
      hasRowSecurity: true,
      hasRules: false,
      definition: '',
    })
    expect(named('events').kind).toBe(RelationKind.RELATION_KIND_PARTITIONED_TABLE)
    expect(named('events_2026')).toMatchObject({ parents: [named('events').id], hasRules: true })
    expect(named('emails').definition).toContain('FROM app.customers')
    expect(named('emails').hasRules).toBe(false)
    expect(named('made').columns.map(({ generated }) => generated)).toEqual([
      '',
      'upper(name)',
      'lower(name)',
    ])
    expect(catalog.defaultSearchPath).toEqual(['app', 'public'])
    expect(catalog.serverVersion).toBeGreaterThanOrEqual(180_000)
  })

  it('reads routines with their bodies, and those of the server without', async () => {
    const { catalog } = await read()
    const named = (name: string) => catalog.routines.find((routine) => routine.name === name)!
    expect(named('old_style')).toMatchObject({
      schema: 'app',
      kind: RoutineKind.ROUTINE_KIND_FUNCTION,
      volatility: Volatility.VOLATILITY_STABLE,
      securityDefiner: true,
      builtIn: false,
      argumentCount: 1,
      body: 'SELECT email FROM app.customers WHERE id = n',
    })
    expect(named('new_style').body).toContain('app.customers')
    expect(named('note')).toMatchObject({ language: 'plpgsql', body: '' })
    expect(named('pg_read_file')).toMatchObject({ builtIn: true, body: '' })
    expect(named('sum').kind).toBe(RoutineKind.ROUTINE_KIND_AGGREGATE)
    expect(catalog.types.find(({ name }) => name === 'mail')?.baseId).toBe(25)
    expect(catalog.types.find(({ name }) => name === '_int4')?.elementId).toBe(23)
  })

  it('has one digest for one catalog and reads again only after a change', async () => {
    const { fingerprint, catalog } = await read()
    expect(digestOf((await read()).catalog)).toBe(digestOf(catalog))
    const again = (): Promise<unknown> =>
      readPostgresCatalog({
        access,
        database: 'postgres',
        knownFingerprint: fingerprint,
        signal,
      })
    await database.query('INSERT INTO app.customers VALUES (1); ANALYZE app.customers')
    expect(await again()).toBeUndefined()
    for (const change of [
      'ALTER TABLE app.customers RENAME COLUMN name TO title',
      'CREATE TABLE app.fresh ()',
      'DROP TABLE app.fresh',
      'CREATE OR REPLACE FUNCTION app.old_style(n int) RETURNS text LANGUAGE sql AS $$SELECT 1$$',
      'ALTER ROLE postgres SET search_path = public',
    ]) {
      const before = (await read()).fingerprint
      await database.query(change)
      expect((await read()).fingerprint).not.toBe(before)
    }
  }, 30_000)

  it('says what is wrong when the target is away or refuses the credential', async () => {
    const request = { database: 'postgres', signal }
    const wrong = { ...access, credential: { ...access.credential, password: 'x' } as never }
    await expect(readPostgresCatalog({ ...request, access: wrong })).rejects.toMatchObject({
      code: 'ERR_TARGET_REFUSED_CREDENTIAL',
    })
    const away = { ...access, endpoints: [{ host: '127.0.0.1', port: 1 }] }
    await expect(readPostgresCatalog({ ...request, access: away })).rejects.toMatchObject({
      code: 'ERR_TARGET_UNREACHABLE',
    })
  })
})
