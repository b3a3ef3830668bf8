import type { ActionName } from '@wardgate/policy'

/** What a function of the server or a well-known extension does beside computing. */
export interface FunctionEffect {
  readonly action: ActionName
  /** Resource kind; its name is the first constant argument, or `*`. */
  readonly resource: string
  /** Whether running it is also `execute` on the function: it has no protocol-neutral action of its own. */
  readonly execute: boolean
  /** Set when it runs text that cannot be judged here. */
  readonly opaque?: string
  /** Whether its result can hold any data. */
  readonly unknownResult: boolean
}

const runsText: FunctionEffect = {
  action: 'read',
  resource: 'table:*',
  execute: true,
  opaque: 'runs SQL text or reads whole tables',
  unknownResult: true,
}
const administers: FunctionEffect = {
  action: 'admin',
  resource: 'function',
  execute: true,
  unknownResult: true,
}
const waits: FunctionEffect = {
  action: 'lock',
  resource: 'advisory:*',
  execute: false,
  unknownResult: false,
}
const largeObject: FunctionEffect = {
  action: 'write',
  resource: 'large-object:*',
  execute: true,
  unknownResult: true,
}

const runsOnly: FunctionEffect = {
  action: 'execute',
  resource: 'function',
  execute: false,
  unknownResult: true,
}

/** Exact names first. */
const named: Readonly<Record<string, FunctionEffect>> = {
  setseed: runsOnly,
  txid_current: runsOnly,
  pg_current_xact_id: runsOnly,
  pg_export_snapshot: runsOnly,
  pg_config: runsOnly,
  pg_mcv_list_items: runsOnly,
  set_config: { action: 'set', resource: 'setting', execute: false, unknownResult: false },
  pg_notify: { action: 'notify', resource: 'channel', execute: false, unknownResult: false },
  nextval: { action: 'write', resource: 'sequence', execute: false, unknownResult: false },
  setval: { action: 'write', resource: 'sequence', execute: true, unknownResult: false },
  currval: { action: 'read', resource: 'sequence', execute: false, unknownResult: false },
  lastval: { action: 'read', resource: 'sequence', execute: false, unknownResult: false },
  lo_get: { ...largeObject, action: 'read' },
  loread: { ...largeObject, action: 'read' },
  lowrite: largeObject,
  lo_import: administers,
  lo_export: administers,
  lo_close: largeObject,
  lo_creat: largeObject,
  lo_create: largeObject,
  lo_from_bytea: largeObject,
  lo_lseek: largeObject,
  lo_lseek64: largeObject,
  lo_open: largeObject,
  lo_put: largeObject,
  lo_tell: largeObject,
  lo_tell64: largeObject,
  lo_truncate: largeObject,
  lo_truncate64: largeObject,
  lo_unlink: largeObject,
  ts_stat: runsText,
  ts_rewrite: runsText,
  crosstab: runsText,
  crosstab2: runsText,
  crosstab3: runsText,
  crosstab4: runsText,
  crosstabn: runsText,
  connectby: runsText,
  xpath_table: runsText,
  pg_stat_file: administers,
  pg_stat_get_activity: { ...administers, action: 'read' },
  pg_stat_get_backend_activity: { ...administers, action: 'read' },
  pg_terminate_backend: administers,
  pg_cancel_backend: administers,
  pg_reload_conf: administers,
  pg_promote: administers,
  get_raw_page: administers,
  page_header: administers,
  page_checksum: administers,
  tuple_data_split: administers,
  gin_clean_pending_list: administers,
}

/** Families by the beginning of their names. */
const families: readonly (readonly [prefix: string, effect: FunctionEffect])[] = [
  ['pg_sleep', runsOnly],
  ['pg_advisory_', waits],
  ['pg_try_advisory_', waits],
  ['dblink', runsText],
  ['query_to_', runsText],
  ['cursor_to_', runsText],
  ['table_to_', runsText],
  ['schema_to_', runsText],
  ['database_to_', runsText],
  ['pg_read_', administers],
  ['pg_ls_', administers],
  ['pg_file_', administers],
  ['pg_log', administers],
  ['pg_rotate_', administers],
  ['pg_wal_', administers],
  ['pg_switch_', administers],
  ['pg_backup_', administers],
  ['pg_start_backup', administers],
  ['pg_stop_', administers],
  ['pg_create_', administers],
  ['pg_drop_', administers],
  ['pg_copy_', administers],
  ['pg_replication_', administers],
  ['pg_stat_reset', administers],
  ['pg_stat_clear', administers],
  ['pg_restore_', administers],
  ['pg_clear_', administers],
  ['pg_import_', administers],
  ['pg_hba_', administers],
  ['pg_ident_', administers],
  ['pg_show_all_file', administers],
  ['binary_upgrade_', administers],
  ['brin_summarize_', administers],
  ['brin_desummarize_', administers],
  ['heap_page_', administers],
]

/** The effect of a function by name alone: an extension can sit in any schema. */
export function knownEffect(name: string): FunctionEffect | undefined {
  const exact = Object.hasOwn(named, name) ? named[name] : undefined
  return exact ?? families.find(([prefix]) => name.startsWith(prefix))?.[1]
}

/** Functions of extensions, written in C, that only compute from their arguments. */
export const harmlessExtensionFunctions: ReadonlySet<string> = new Set(
  `
similarity word_similarity strict_word_similarity show_trgm levenshtein levenshtein_less_equal
soundex difference metaphone dmetaphone dmetaphone_alt daitch_mokotoff text_soundex unaccent
digest hmac crypt gen_salt encrypt decrypt encrypt_iv decrypt_iv gen_random_bytes
gen_random_uuid armor dearmor pgp_sym_encrypt pgp_sym_decrypt pgp_pub_encrypt pgp_pub_decrypt
pgp_sym_encrypt_bytea pgp_sym_decrypt_bytea pgp_key_id fips_mode
hstore hstore_to_json hstore_to_jsonb hstore_to_array hstore_to_matrix akeys avals skeys svals
each exist defined delete slice slice_array populate_record isexists isdefined tconvert
uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5
uuid_nil uuid_ns_dns uuid_ns_url uuid_ns_oid uuid_ns_x500
citext citextin citextout cube cube_distance earth_distance ll_to_earth icount sort uniq subarray
nlevel subpath subltree index lca text2ltree ltree2text cosine_distance l2_distance l1_distance
inner_product vector_dims vector_norm
`
    .trim()
    .split(/\s+/),
)

/** Operator names of widely used extensions (pg_trgm, hstore, pgvector). */
export const extensionOperators: ReadonlySet<string> = new Set(
  '<% %> <<% %>> <<-> <->> <<<-> <->>> #= %% %# <=> <#> <+> <~> <%>'.split(' '),
)

/** Operators that compute a value; every other one compares. */
export const computingOperators: ReadonlySet<string> = new Set(
  '|| + - * / % ^ & # -> ->> #> #>> #- |/ ||/ @ << >> |'.split(' '),
)

/**
 * Operators of arithmetic: out of range and division by zero depend on the value. From a document that is no array or object
 * nothing can be taken away (`#-`).
 */
export const failingOperators: ReadonlySet<string> = new Set(
  '+ - * / % ^ << >> |/ ||/ @ #-'.split(' '),
)

/** Fail for addresses of two families and bits of two lengths, and for whole numbers and boxes never. */
export const failingOfBits: ReadonlySet<string> = new Set('& | #'.split(' '))
