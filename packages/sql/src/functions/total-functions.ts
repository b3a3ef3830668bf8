/**
 * Functions that succeed for every value of their arguments. Whether any other one fails tells something of the value,
 * which a masked result does not hide: `chr(ascii(x) - 52)` fails for exactly one first letter.
 */
const totalInEveryArgument: ReadonlySet<string> = new Set(
  `
abs any_value array_agg array_to_json array_to_string ascii avg bit_length bool_and bool_or bpchar btrim
cardinality casefold char_length character_length coalesce concat concat_ws count crc32 crc32c
cume_dist date_part date_trunc dense_rank every extract first_value greatest hashtext
hashtextextended initcap json_agg json_agg_strict json_build_array jsonb_agg jsonb_agg_strict
jsonb_build_array lag last_value lead least length lower ltrim max md5 min mode nth_value num_nonnulls
num_nulls octet_length percent_rank percentile_disc pg_column_size pg_typeof quote_ident
quote_literal quote_nullable rank reverse round row_number row_to_json rtrim sha224 sha256 sha384 sha512
starts_with stddev string_agg string_to_array strpos sum text to_ascii to_hex to_json to_jsonb
trunc unnest upper varchar variance
akeys avals hstore hstore_to_json hstore_to_jsonb metaphone show_trgm similarity soundex
strict_word_similarity text_soundex unaccent word_similarity
`
    .trim()
    .split(/\s+/),
)

/** Functions that succeed for every value of their first argument, once the others are right. */
const totalInFirstArgument: ReadonlySet<string> = new Set(
  `
convert_to digest encode encrypt hmac left levenshtein lpad overlay position regexp_count
regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
regexp_split_to_table regexp_substr replace right rpad split_part string_to_table substr substring
to_char to_tsvector translate
`
    .trim()
    .split(/\s+/),
)

/** Whether the value of the argument at this position can make a function that only computes fail. */
export function canFailBy(name: string, position: number): boolean {
  if (totalInEveryArgument.has(name)) return false
  // The template decides how many arguments are wanted.
  if (name === 'format') return position === 0
  return position > 0 || !totalInFirstArgument.has(name)
}
