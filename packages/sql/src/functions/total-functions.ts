/**
 * Functions that succeed for every value of their arguments. Whether any other one fails tells something of the value,
 * which a masked result does not hide: `chr(ascii(x) - 52)` fails for exactly one first letter.
 */
const totalInEveryArgument: ReadonlySet<string> = new Set(
  `
abs age any_value array_dims array_length array_lower array_ndims array_to_json array_to_string array_upper
ascii avg bit_length bool_and bool_or btrim
cardinality casefold char_length character_length coalesce concat concat_ws count crc32 crc32c
cume_dist dense_rank every first_value greatest hashtext
hashtextextended initcap json_agg json_agg_strict json_build_array json_extract_path json_extract_path_text
json_strip_nulls json_typeof jsonb_agg jsonb_agg_strict jsonb_build_array jsonb_extract_path
jsonb_extract_path_text jsonb_pretty jsonb_strip_nulls jsonb_typeof lag last_value lead least left
 lower ltrim max md5 min mode num_nonnulls
num_nulls octet_length percent_rank pg_column_size pg_typeof quote_ident
pg_column_compression quote_literal quote_nullable rank reverse right round row_number row_to_json rtrim sha224 sha256 sha384 sha512
starts_with stddev string_agg string_to_array strpos sum to_hex to_json to_jsonb
trunc unnest upper variance xmlagg
akeys avals hstore_to_json hstore_to_jsonb show_trgm similarity soundex
strict_word_similarity text_soundex word_similarity
`
    .trim()
    .split(/\s+/),
)

/** Functions that succeed for every value of their first argument, once the others are right. */
const totalInFirstArgument: ReadonlySet<string> = new Set(
  `
 bpchar digest encode length nth_value hmac lpad overlay position regexp_count
regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
regexp_split_to_table regexp_substr replace rpad split_part string_to_table substr substring
text to_char translate varchar
`
    .trim()
    .split(/\s+/),
)

/** Keys and values by turns; a key must not be NULL. */
const pairs: ReadonlySet<string> = new Set([
  'json_build_object',
  'json_object_agg',
  'jsonb_build_object',
  'jsonb_object_agg',
])

/** Functions that fail by the shape of a document alone. */
const byShape: ReadonlySet<string> = new Set(
  `
each hstore_to_json hstore_to_jsonb json_each json_each_text json_object_keys json_populate_record
json_to_record jsonb_each jsonb_each_text jsonb_object_keys jsonb_path_query jsonb_path_query_array
jsonb_path_query_first jsonb_populate_record jsonb_to_record populate_record skeys svals
`
    .trim()
    .split(/\s+/),
)

/** Whether a row made into a document can make the function fail, or decide how many rows it returns. */
export function readsShapeOnly(name: string): boolean {
  return byShape.has(name)
}

/** A field or a fraction comes first and has to be a valid one. */
const totalBehindFirst: ReadonlySet<string> = new Set(['date_part', 'extract', 'percentile_disc'])

/** Fail by the length of their argument or a character in it: of a column, or a part of one, that is no answer. */
const totalForColumns: ReadonlySet<string> = new Set([
  'convert_to',
  'encrypt',
  'levenshtein',
  'unaccent',
])

/** Whether it succeeds for all values of all its arguments. */
export function neverFails(name: string): boolean {
  return totalInEveryArgument.has(name)
}

/** What these do is judged by a constant among their arguments: another constant is another statement. */
export function readsConstants(name: string): boolean {
  return /^(format|lpad|rpad|xpath|jsonb_path_\w+)$/.test(name)
}

/** Whether a part of a column as this argument can make the function fail though it was not computed. */
export function failsForColumns(name: string, position: number): boolean {
  return !totalForColumns.has(name) || position > 0
}

/** Whether the value of the argument at this position can make a function that only computes fail. */
export function canFailBy(name: string, position: number): boolean {
  if (totalInEveryArgument.has(name)) return false
  if (pairs.has(name) && position % 2 === 1) return false
  if (totalBehindFirst.has(name)) return position === 0
  if (name === 'date_trunc') return position !== 1
  return position > 0 || !totalInFirstArgument.has(name)
}
