// Object ids of PostgreSQL's built-in types (pg_type.dat); a bound parameter names its type by them.
const names: Readonly<Record<number, string>> = {
  16: 'boolean',
  17: 'bytea',
  18: '"char"',
  19: 'name',
  20: 'bigint',
  21: 'smallint',
  23: 'integer',
  25: 'text',
  26: 'oid',
  114: 'json',
  600: 'point',
  650: 'cidr',
  700: 'real',
  701: 'double precision',
  829: 'macaddr',
  869: 'inet',
  1000: 'boolean[]',
  1005: 'smallint[]',
  1007: 'integer[]',
  1009: 'text[]',
  1015: 'character varying[]',
  1016: 'bigint[]',
  1042: 'character',
  1043: 'character varying',
  1082: 'date',
  1083: 'time',
  1114: 'timestamp',
  1184: 'timestamptz',
  1186: 'interval',
  1231: 'numeric[]',
  1266: 'timetz',
  1700: 'numeric',
  2950: 'uuid',
  2951: 'uuid[]',
  3802: 'jsonb',
}

/** 0 leaves the type to the target. */
export function typeName(type: number | string): string {
  if (typeof type === 'string') return type || 'untyped'
  if (type === 0) return 'untyped'
  return names[type] ?? `type ${type}`
}
