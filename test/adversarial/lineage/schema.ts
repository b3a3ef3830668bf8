import type { Client } from 'pg'
import type { Catalog, Relation } from '@wardgate/sql'
import type { SelectedMask } from '@wardgate/policy'

/** The two databases differ in the masked columns alone: equal stays equal and NULL stays NULL, order,
 * length and shape do not stay. */
export const versions = {
  a: {
    pan: `'900-00-' || lpad((i % 5)::text, 4, '0')`,
    salary: '1000 + (i % 6) * 10',
    born: `date '1980-01-01' + (i % 7)`,
    doc: `jsonb_build_object('k', (i % 4)::text, 'l', 1)`,
  },
  b: {
    pan: `(ARRAY['x', '4111111111111111', 'ä7', '{"a":1}', '2020-02-02'])[i % 5 + 1]`,
    salary: '7 - (i % 6) * 77777',
    born: `date '2044-05-06' - (i % 7) * 400`,
    doc: `(ARRAY['"s"', '[1,2,3]', '{}', '{"k": {"n": null}, "m": 2, "o": 3}'])[i % 4 + 1]::jsonb`,
  },
} as const

export function schemaOf({ pan, salary, born, doc }: (typeof versions)['a' | 'b']): string {
  return `
    CREATE TABLE people (id int PRIMARY KEY, name text, city text, pan text, salary int, born date, doc jsonb,
      shout text GENERATED ALWAYS AS (upper(pan)) STORED, band int GENERATED ALWAYS AS (salary / 10) VIRTUAL);
    INSERT INTO people SELECT i, 'name' || i, 'c' || i % 3, ${pan}, ${salary}, ${born}, ${doc} FROM generate_series(1, 12) i;
    UPDATE people SET pan = NULL WHERE id = 3; UPDATE people SET salary = NULL WHERE id = 8;
    UPDATE people SET born = NULL WHERE id = 9; UPDATE people SET doc = NULL WHERE id = 10;
    CREATE TABLE items (id int PRIMARY KEY, person int, price numeric, note text);
    INSERT INTO items SELECT i, i % 12 + 1, i * 1.5, 'n' || i % 4 FROM generate_series(1, 9) i;
    CREATE TABLE log (id int, secret text, at date) PARTITION BY RANGE (at);
    CREATE TABLE log_old PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    INSERT INTO log SELECT i, ${pan}, date '2024-02-01' + i FROM generate_series(1, 5) i;
    CREATE VIEW v_people AS SELECT id, pan AS tax, upper(name) AS loud, salary / 1 AS pay FROM people;
    CREATE MATERIALIZED VIEW m_people AS SELECT id, pan, city FROM people;
    ANALYZE`
}

export const masks: readonly SelectedMask[] = [
  {
    reference: { policy: 'fuzz', rule: 'masked' },
    columns: ['people.pan', 'people.salary', 'people.born', 'people.doc', 'log.secret'],
    detectors: [],
    method: { kind: 'redact' },
  },
]

const kinds: Readonly<Record<string, Relation['kind']>> = {
  r: 'table',
  p: 'partitioned-table',
  v: 'view',
  m: 'materialized-view',
}

interface Row {
  readonly oid: number
  readonly relname: string
  readonly relkind: string
  readonly columns: Relation['columns']
  readonly definition: string
  readonly parents: readonly number[]
}

const relationsQuery = `
  SELECT c.oid::int, c.relname, c.relkind::text,
    (SELECT json_agg(json_build_object('number', attnum, 'name', attname, 'typeId', atttypid::int,
         'generated', CASE WHEN attgenerated <> '' THEN pg_get_expr(adbin, adrelid) ELSE '' END) ORDER BY attnum)
       FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = c.oid AND attnum > 0) AS columns,
    CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) ELSE '' END AS definition,
    ARRAY(SELECT inhparent::int FROM pg_inherits WHERE inhrelid = c.oid) AS parents
  FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') ORDER BY 1`

/** What the agent would have read of this schema. */
export async function readCatalog(client: Client): Promise<Catalog> {
  await client.query(`SET search_path = ''`)
  const { rows } = await client.query<Row>(relationsQuery)
  await client.query('RESET search_path')
  return {
    engine: 'postgresql',
    serverVersion: 180_000,
    defaultSearchPath: ['public'],
    relations: rows.map(({ oid, relname, relkind, ...rest }) => ({
      id: oid,
      schema: 'public',
      name: relname,
      kind: kinds[relkind] ?? 'table',
      hasRules: false,
      hasRowSecurity: false,
      estimatedRows: -1,
      ...rest,
    })),
    routines: [],
    types: [],
  }
}
