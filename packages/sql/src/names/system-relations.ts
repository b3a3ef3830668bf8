/** Relations of pg_catalog that show values of other tables' columns or the text of other sessions' statements. */
const valueSources = new Set([
  'pg_stats',
  'pg_stats_ext',
  'pg_stats_ext_exprs',
  'pg_statistic',
  'pg_statistic_ext_data',
  'pg_stat_activity',
  'pg_stat_statements',
  'pg_largeobject',
  'pg_prepared_xacts',
])

/** Relations of pg_catalog that hold secrets or the server's own configuration. */
const administrative = new Set([
  'pg_authid',
  'pg_shadow',
  'pg_user_mapping',
  'pg_user_mappings',
  'pg_hba_file_rules',
  'pg_ident_file_mappings',
  'pg_file_settings',
  'pg_subscription',
  'pg_largeobject',
  'pg_statistic',
  'pg_statistic_ext_data',
  'pg_config',
])

export const systemSchemas: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema'])

export function showsValues(name: string): boolean {
  return valueSources.has(name)
}

export function isAdministrative(name: string): boolean {
  return administrative.has(name) || name === 'user_mapping_options'
}

/** Whether a name that the stored catalog lacks is one of the system's own. */
export function isSystemName(schema: string, name: string): boolean {
  return systemSchemas.has(schema) || (schema === '' && name.startsWith('pg_'))
}
