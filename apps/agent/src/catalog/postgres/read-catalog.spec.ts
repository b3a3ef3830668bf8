import {
  type CatalogManifest,
  CatalogPart,
  ForeignKeyAction,
  RelationCallCause,
  RelationKind,
  RoutineKind,
  Volatility,
} from '@wardgate/contract'
import { type RealDatabase, startRealDatabase } from '../../testing/real-database'
import type { CatalogRequest, CatalogState } from '../reader'
import { readPostgresCatalog } from './read-catalog'

const schema = `
  CREATE SCHEMA app; CREATE SCHEMA app_open;
  CREATE FUNCTION app.shout(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN upper(t); END';
  CREATE FUNCTION app.both(a text, b text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN a; END';
  CREATE FUNCTION app.like_each(a text, b text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN a = b; END';
  CREATE OPERATOR public.### (LEFTARG = text, RIGHTARG = text, FUNCTION = app.like_each);
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
  CREATE RULE off AS ON UPDATE TO app.events_2026 DO INSTEAD NOTHING; ALTER TABLE app.events_2026 DISABLE RULE off;
  CREATE RULE off AS ON UPDATE TO app.made DO INSTEAD NOTHING; ALTER TABLE app.made DISABLE RULE off;
  CREATE DOMAIN app.mail AS text;
  CREATE FUNCTION app.ok(t text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN true; END';
  CREATE FUNCTION app.word(t text DEFAULT app.shout('x')) RETURNS text LANGUAGE sql AS 'SELECT t';
  CREATE TABLE app.strict (t text DEFAULT app.shout('d') CHECK (app.ok(t)), u text);
  CREATE INDEX ON app.strict (app.shout(u)) WHERE app.ok(u);
  CREATE POLICY p ON app.strict USING (app.ok(t)) WITH CHECK (t ### u);
  CREATE TRIGGER off BEFORE INSERT ON app.strict FOR EACH ROW EXECUTE FUNCTION app.note();
  ALTER TABLE app.strict DISABLE TRIGGER off;
  CREATE TRIGGER conditional BEFORE INSERT ON app.strict FOR EACH ROW WHEN (app.ok(NEW.t)) EXECUTE FUNCTION app.note();
  CREATE STATISTICS app.both_of ON (app.shout(t)), u FROM app.strict;
  CREATE TABLE app.planned (t text, n int CHECK (n > 0 AND app.ok('x')));
  CREATE INDEX ON app.planned ((t || app.shout((ARRAY['a', 'b'])[1])));
  CREATE FUNCTION app.many(first int, VARIADIC rest text[] DEFAULT '{}') RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE PUBLICATION parts FOR TABLE app.customers (id, name) WHERE (id > 3); CREATE PUBLICATION whole FOR TABLES IN SCHEMA app_open;
  CREATE PUBLICATION every FOR ALL TABLES;
  CREATE TABLE app.cut (t text) PARTITION BY LIST (app.shout(t));
  CREATE TABLE app.shelves (id int PRIMARY KEY, room int, UNIQUE (room, id)) PARTITION BY RANGE (id);
  CREATE TABLE app.shelves_low PARTITION OF app.shelves FOR VALUES FROM (0) TO (10);
  CREATE TABLE app.books (shelf int REFERENCES app.shelves ON DELETE CASCADE, room int, title text,
    CONSTRAINT places FOREIGN KEY (room, shelf) REFERENCES app.shelves (room, id) ON DELETE SET NULL (room) ON UPDATE SET DEFAULT
  ) PARTITION BY LIST (title);
  CREATE TABLE app.books_all PARTITION OF app.books DEFAULT;
  CREATE DOMAIN app.checked AS text CHECK (app.ok(VALUE));
  CREATE AGGREGATE app.gather (text) (SFUNC = app.both, STYPE = text);
  CREATE TYPE app.tag AS (v text);
  CREATE FUNCTION app.to_tag(t text) RETURNS app.tag LANGUAGE sql AS 'SELECT ROW(t)::app.tag';
  CREATE CAST (text AS app.tag) WITH FUNCTION app.to_tag(text) AS ASSIGNMENT;
  CREATE FUNCTION app.ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
  CREATE EVENT TRIGGER ddl ON ddl_command_end EXECUTE FUNCTION app.ddl();
  ALTER ROLE postgres SET search_path = app, public;
`

let access: RealDatabase['access']
let database: RealDatabase['database']
let stop: RealDatabase['stop']

beforeAll(async () => {
  ;({ access, database, stop } = await startRealDatabase(schema))
  quiet = { access, database: 'postgres', signal, deliver: () => undefined }
}, 60_000)

afterAll(() => stop())

const signal = new AbortController().signal
let quiet: Omit<CatalogRequest, 'wanted'>

async function readWhole(): Promise<CatalogState> {
  return must(await readPostgresCatalog({ ...quiet, wanted: new Set() }))
}

async function readAgain(known: CatalogState): Promise<CatalogState | undefined> {
  return readPostgresCatalog({ ...quiet, wanted: new Set(), known })
}

/** Everything, put together from the parts that are delivered. */
async function read(): Promise<{ catalog: CatalogPart; manifest: CatalogManifest }> {
  const known = await readWhole()
  const bodies: Uint8Array[] = []
  const { manifest } = must(
    await readPostgresCatalog({
      ...quiet,
      known,
      wanted: new Set(known.manifest.parts.map(({ number }) => number)),
      deliver: (body) => bodies.push(body),
    }),
  )
  const parts = bodies.map((body) => CatalogPart.decode(body))
  return {
    manifest,
    catalog: {
      relations: parts.flatMap(({ relations }) => relations),
      routines: parts.flatMap(({ routines }) => routines),
      types: parts.flatMap(({ types }) => types),
      operators: parts.flatMap(({ operators }) => operators),
      casts: parts.flatMap(({ casts }) => casts),
      eventTriggers: parts.flatMap(({ eventTriggers }) => eventTriggers),
      publications: parts.flatMap(({ publications }) => publications),
    },
  }
}

function must(state: CatalogState | undefined): CatalogState {
  if (state === undefined) throw new Error('nothing was read')
  return state
}

function digests({ manifest }: { manifest: CatalogManifest }): Map<number, string> {
  return new Map(manifest.parts.map(({ number, digest }) => [number, digest]))
}

/** Numbers of the parts that both have and that differ, or that only one has. */
function changedOf(before: CatalogState, after: CatalogState): number[] {
  const [left, right] = [digests(before), digests(after)]
  const numbers = new Set([...left.keys(), ...right.keys()])
  return [...numbers].filter((number) => left.get(number) !== right.get(number))
}

describe('the PostgreSQL catalog reader', () => {
  it('reads relations with columns, parents, triggers, rules and view text', async () => {
    const { catalog, manifest } = await read()
    const named = (name: string) =>
      catalog.relations.find((relation) => relation.schema === 'app' && relation.name === name)!
    const columns = (name: string) =>
      named(name).columns.map(({ number, name: column }) => `${number} ${column}`)
    expect(columns('customers')).toEqual(['1 id', '2 name', '4 email'])
    expect(named('customers')).toMatchObject({
      kind: RelationKind.RELATION_KIND_TABLE,
      calls: [
        { cause: RelationCallCause.RELATION_CALL_CAUSE_TRIGGER, routines: [expect.any(Number)] },
      ],
      hasRowSecurity: true,
      hasRules: false,
      definition: '',
    })
    expect(named('events').kind).toBe(RelationKind.RELATION_KIND_PARTITIONED_TABLE)
    expect(named('events_2026')).toMatchObject({
      parents: [named('events').id],
      hasRules: true,
      rules: [expect.stringContaining('ON DELETE TO app.events_2026 DO INSTEAD NOTHING')],
    })
    expect(named('made')).toMatchObject({ hasRules: false, rules: [] })
    expect(named('emails').definition).toContain('FROM app.customers')
    expect(named('emails').hasRules).toBe(false)
    expect(named('made').columns.map(({ generated }) => generated)).toEqual([
      '',
      'upper(name)',
      'lower(name)',
    ])
    expect(manifest.defaultSearchPath).toEqual(['app', 'public'])
    expect(manifest.serverVersion).toBeGreaterThanOrEqual(180_000)
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

  it('reads what the target runs though no statement names it', async () => {
    const { catalog } = await read()
    const nameOf = (id: number): string =>
      catalog.routines.find((routine) => routine.id === id)!.name
    const callsOf = (name: string): Record<string, string[]> =>
      Object.fromEntries(
        catalog.relations
          .find((relation) => relation.schema === 'app' && relation.name === name)!
          .calls.map(({ cause, routines }) => [cause, routines.map(nameOf).sort()]),
      )
    expect(callsOf('strict')).toEqual({
      [RelationCallCause.RELATION_CALL_CAUSE_DEFAULT]: ['shout'],
      [RelationCallCause.RELATION_CALL_CAUSE_CHECK]: ['ok'],
      [RelationCallCause.RELATION_CALL_CAUSE_INDEX]: ['ok', 'shout'],
      [RelationCallCause.RELATION_CALL_CAUSE_POLICY]: ['like_each', 'ok'],
      [RelationCallCause.RELATION_CALL_CAUSE_TRIGGER]: ['note'],
      [RelationCallCause.RELATION_CALL_CAUSE_TRIGGER_CONDITION]: ['ok'],
      [RelationCallCause.RELATION_CALL_CAUSE_STATISTICS]: ['shout'],
    })
    expect(callsOf('planned')[RelationCallCause.RELATION_CALL_CAUSE_PLAN]).toEqual(['ok', 'shout'])
    expect(callsOf('cut')).toEqual({
      [RelationCallCause.RELATION_CALL_CAUSE_PARTITION_KEY]: ['shout'],
    })
    const routine = (name: string) => catalog.routines.find((found) => found.name === name)!
    expect(routine('word').calls.map(nameOf)).toEqual(['shout'])
    expect(routine('gather').calls.map(nameOf)).toEqual(['both'])
    expect(catalog.types.find(({ name }) => name === 'checked')!.checks.map(nameOf)).toEqual(['ok'])
    expect(catalog.operators.map(({ name, routineId }) => [name, nameOf(routineId)])).toEqual([
      ['###', 'like_each'],
    ])
    expect(routine('many')).toMatchObject({
      argumentTypes: [23, 1009],
      defaultCount: 1,
      variadic: true,
    })
    expect(
      catalog.casts.map(({ routineId, isImplicit }) => [nameOf(routineId), isImplicit]),
    ).toEqual([['to_tag', true]])
    expect(catalog.eventTriggers).toMatchObject([{ event: 'ddl_command_end' }])
  })

  it('reads foreign keys, of partitions none of their own', async () => {
    const { catalog } = await read()
    const named = (name: string) => catalog.relations.find((relation) => relation.name === name)!
    const referencedId = named('shelves').id
    expect(named('books').foreignKeys).toEqual([
      {
        columns: [1],
        referencedId,
        referencedColumns: [1],
        onDelete: ForeignKeyAction.FOREIGN_KEY_ACTION_CASCADE,
        onUpdate: ForeignKeyAction.FOREIGN_KEY_ACTION_REFUSE,
        setColumns: [],
      },
      {
        columns: [2, 1],
        referencedId,
        referencedColumns: [2, 1],
        onDelete: ForeignKeyAction.FOREIGN_KEY_ACTION_SET_NULL,
        onUpdate: ForeignKeyAction.FOREIGN_KEY_ACTION_SET_DEFAULT,
        setColumns: [2],
      },
    ])
    for (const name of ['books_all', 'shelves_low', 'shelves'])
      expect(named(name).foreignKeys).toEqual([])
  })

  it('reads what is published', async () => {
    const { catalog } = await read()
    const customers = catalog.relations.find(({ name }) => name === 'customers')!
    expect(catalog.publications).toMatchObject([
      {
        name: 'parts',
        allTables: false,
        schemas: [],
        tables: [{ relationId: customers.id, columns: [1, 2], filter: '(id > 3)' }],
      },
      { name: 'whole', allTables: false, schemas: ['app_open'], tables: [] },
      { name: 'every', allTables: true, schemas: [], tables: [] },
    ])
  })

  it('has one digest for one catalog and reads again only after a change', async () => {
    const known = await readWhole()
    expect((await readWhole()).manifest).toEqual(known.manifest)
    await database.query('INSERT INTO app.customers VALUES (1); ANALYZE app.customers')
    expect(await readAgain(known)).toBeUndefined()
    let last = known
    for (const change of [
      'ALTER TABLE app.customers RENAME COLUMN name TO title',
      'CREATE TABLE app.fresh ()',
      'DROP TABLE app.fresh',
      'CREATE OR REPLACE FUNCTION app.old_style(n int) RETURNS text LANGUAGE sql AS $$SELECT 1::text$$',
      'CREATE POLICY more ON app.customers USING (app.ok(title))',
      'ALTER TABLE app.customers ALTER COLUMN title SET DEFAULT app.shout($$x$$)',
      'DROP EVENT TRIGGER ddl',
      'ALTER PUBLICATION whole DROP TABLES IN SCHEMA app_open',
      'ALTER PUBLICATION parts SET TABLE app.customers (id)',
      'DROP STATISTICS app.both_of',
      'ALTER TABLE app.books DROP CONSTRAINT places',
      'CREATE OR REPLACE RULE quiet AS ON DELETE TO app.events_2026 DO ALSO SELECT 1',
      'CREATE SCHEMA other',
      'ALTER ROLE postgres SET search_path = public',
    ]) {
      await database.query(change)
      last = must(await readAgain(last))
    }
  }, 30_000)

  it('reads only the parts that changed, and texts that hold the names of others', async () => {
    await database.query(
      'CREATE TABLE app.base (a int, b int); CREATE VIEW app.through AS SELECT a FROM app.base',
    )
    const filler = Array.from({ length: 400 }, (_, at) => `CREATE TABLE app.filler_${at} (a int)`)
    await database.query(filler.join(';'))
    const known = await readWhole()
    expect(known.manifest.parts.length).toBeGreaterThan(10)
    await database.query('ALTER TABLE app.filler_399 ADD COLUMN b int')
    const next = must(await readAgain(known))
    expect(changedOf(known, next)).toHaveLength(1)
    await database.query('ALTER TABLE app.base RENAME COLUMN a TO renamed')
    const last = must(await readAgain(next))
    const bodies: Uint8Array[] = []
    const wanted = new Set(changedOf(next, last))
    await readPostgresCatalog({
      ...quiet,
      wanted,
      known: last,
      deliver: (body) => bodies.push(body),
    })
    const relations = bodies.flatMap((body) => CatalogPart.decode(body).relations)
    const view = relations.find(({ name }) => name === 'through')
    expect(view?.definition).toContain('renamed AS a')
    await database.query('DROP VIEW app.through; DROP TABLE app.filler_399')
    const dropped = must(await readAgain(last))
    expect(changedOf(last, dropped).length).toBeGreaterThan(0)
    expect((await readWhole()).manifest).toEqual(dropped.manifest)
  }, 60_000)

  it('says what is wrong when the target is away or refuses the credential', async () => {
    const request = { ...quiet, wanted: new Set<number>() }
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
