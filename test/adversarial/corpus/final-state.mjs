/** What a database holds, by names: object ids differ from one database to the next though their schema does not. */
const own = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`
const relation = `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`

const catalog = {
  schemas: `SELECT n.nspname, n.nspacl::text, pg_get_userbyid(n.nspowner) FROM pg_namespace n WHERE ${own}`,
  relations: `SELECT n.nspname, c.relname, c.relkind, c.relpersistence, c.reloptions::text, c.relrowsecurity, c.relispartition,
    c.relacl::text, pg_get_userbyid(c.relowner), obj_description(c.oid, 'pg_class'), pg_get_expr(c.relpartbound, c.oid)
    FROM ${relation} WHERE ${own}`,
  columns: `SELECT n.nspname, c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
    a.attgenerated, a.attstorage, a.attstattarget, a.attacl::text, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
    FROM ${relation} JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE ${own} AND a.attnum > 0`,
  constraints: `SELECT n.nspname, k.conrelid::regclass, k.conname, k.convalidated, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${own}`,
  indexes: `SELECT pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisclustered FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own}`,
  views: `SELECT n.nspname, c.relname, pg_get_viewdef(c.oid) FROM ${relation} WHERE ${own} AND c.relkind IN ('v', 'm')`,
  types: `SELECT n.nspname, t.typname, t.typtype, format_type(t.typbasetype, t.typtypmod),
    (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${own}`,
  routines: `SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE ${own} AND p.prokind IN ('f', 'p')`,
  triggers: `SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${own} AND NOT t.tgisinternal`,
  policies: `SELECT polrelid::regclass, polname, polcmd, pg_get_expr(polqual, polrelid) FROM pg_policy`,
  extensions: 'SELECT extname, extversion FROM pg_extension',
  sequences:
    'SELECT schemaname, sequencename, data_type::text, increment_by, last_value FROM pg_sequences',
}

/** Columns whose values the server takes from its clock, and the hash that dbt makes of one. */
const clocked = `(a.atttypid::regtype::text ~ '^timestamp' OR a.attname = 'dbt_scd_id')`
const tables = `SELECT c.oid::regclass::text AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
  FROM ${relation} JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE ${own} AND c.relkind IN ('r', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND NOT ${clocked} GROUP BY c.oid`

/** Lines of the catalog and of every table, in an order of their own. */
export async function finalState(client) {
  const lines = []
  for (const [kind, text] of Object.entries(catalog)) {
    const { rows } = await client.query({ text, rowMode: 'array' })
    lines.push(...rows.map((row) => `${kind}: ${JSON.stringify(row)}`).sort())
  }
  const { rows: found } = await client.query(tables)
  for (const { name, columns } of found) {
    const { rows } = await client.query({
      text: `SELECT ${columns} FROM ${name}`,
      rowMode: 'array',
    })
    lines.push(...rows.map((row) => `${name}: ${JSON.stringify(row)}`).sort())
  }
  return lines
}
