import { createHash } from 'node:crypto'

/** Every system catalog whose rows statements can change; a new row version has another xmin. */
const catalogs = [
  'pg_aggregate',
  'pg_am',
  'pg_attrdef',
  'pg_authid',
  'pg_auth_members',
  'pg_cast',
  'pg_collation',
  'pg_conversion',
  'pg_db_role_setting',
  'pg_default_acl',
  'pg_description',
  'pg_enum',
  'pg_event_trigger',
  'pg_extension',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_foreign_table',
  'pg_inherits',
  'pg_init_privs',
  'pg_language',
  'pg_largeobject',
  'pg_largeobject_metadata',
  'pg_namespace',
  'pg_opclass',
  'pg_operator',
  'pg_partitioned_table',
  'pg_policy',
  'pg_proc',
  'pg_publication',
  'pg_publication_rel',
  'pg_range',
  'pg_rewrite',
  'pg_seclabel',
  'pg_sequence',
  'pg_statistic',
  'pg_statistic_ext',
  'pg_statistic_ext_data',
  'pg_tablespace',
  'pg_transform',
  'pg_trigger',
  'pg_ts_config',
  'pg_ts_dict',
  'pg_user_mapping',
]
const temporary = `(SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(toast_)?temp')`
const ofRelations = { pg_class: 'oid', pg_attribute: 'attrelid', pg_index: 'indrelid' }

const catalogQuery = [
  ...catalogs.map(
    (name) =>
      `SELECT '${name}', count(*)::text, sum(xmin::text::bigint)::text FROM ${name}${name === 'pg_namespace' ? ` WHERE oid NOT IN ${temporary}` : ''}`,
  ),
  ...Object.entries(ofRelations).map(
    ([name, column]) =>
      `SELECT '${name}', count(*)::text, sum(t.xmin::text::bigint)::text FROM ${name} t JOIN pg_class c ON c.oid = t.${column} WHERE c.relnamespace NOT IN ${temporary}`,
  ),
  ...['pg_type', 'pg_constraint'].map(
    (name) =>
      `SELECT '${name}', count(*)::text, sum(xmin::text::bigint)::text FROM ${name} WHERE ${name === 'pg_type' ? 'typnamespace' : 'connamespace'} NOT IN ${temporary}`,
  ),
  `SELECT 'pg_prepared_xacts', count(*)::text, '' FROM pg_prepared_xacts WHERE database = current_database()`,
  `SELECT 'pg_replication_slots', count(*)::text, '' FROM pg_replication_slots`,
].join(' UNION ALL ')

const tablesQuery = `SELECT c.oid::regclass::text AS name, c.relkind::text AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)' ORDER BY 1`

function contents({ name, kind }) {
  if (kind === 'S') return `SELECT '${name}', concat(last_value, is_called) FROM ${name}`
  return `SELECT '${name}', md5(string_agg(concat(t.ctid, t.xmin, t.*), '|' ORDER BY t.ctid)) FROM ONLY ${name} t`
}

/** Digests of what the target holds: its schema with everything around it, and its rows. */
export async function stateOf(client) {
  const { rows: tables } = await client.query(tablesQuery)
  const schema = await client.query({ text: catalogQuery, rowMode: 'array' })
  const text = tables.map(contents).join(' UNION ALL ') || 'SELECT 1'
  const data = await client.query({ text, rowMode: 'array' })
  const digest = ({ rows }) => createHash('sha256').update(JSON.stringify(rows)).digest('hex')
  return { schema: digest(schema), data: digest(data), rows: [...schema.rows, ...data.rows] }
}

/** Names of what differs between two states. */
export function changed(before, after) {
  const known = new Map(before.rows.map((row) => [row[0], row.join()]))
  return after.rows.filter((row) => known.get(row[0]) !== row.join()).map(([name]) => name)
}
