/** What a type's values are to the masker. */
export type Content =
  /** UTF-8 text in both formats. */
  | 'text'
  | 'json'
  /** In binary format the JSON text stands after a version byte (jsonb_send). */
  | 'jsonb'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'numeric'
  | 'date'
  /** With or without time zone. */
  | 'timestamp'
  | 'uuid'
  | 'bytea'
  /** Holds text among other things; looked through, never rewritten but as a whole. */
  | 'mixed'
  /** Numbers, times, addresses and the like: no detector looks into them. */
  | 'plain'

/** One type of the target: how its values look when they are redacted. `null` = no safe value, so SQL NULL. */
export interface PostgresType {
  readonly content: Content
  readonly redactedText: string | null
  readonly redactedBinary: Buffer | null
  /** Set for arrays: the type of the elements. */
  readonly element?: PostgresType
}

/** The cell as the client may see it; null = SQL NULL. */
export type CellMask = (cell: Uint8Array) => Uint8Array | null

const types = new Map<number, PostgresType>()

/** Types that this table does not know: enumerations, composites, extensions' types. */
const unknownType: PostgresType = {
  content: 'mixed',
  redactedText: '[redacted]',
  redactedBinary: null,
}

export function postgresType(oid: number): PostgresType {
  return types.get(oid) ?? unknownType
}

type Row = readonly [
  oid: number,
  arrayOid: number,
  content: Content,
  redactedText: string | null,
  redactedBinary: Buffer | null,
]

const zeros = (count: number) => Buffer.alloc(count)
const utf8 = (text: string) => Buffer.from(text)
const text = '[redacted]'
const json = '"[redacted]"'

// Binary layouts are those of the type's send function; a date and a timestamp count from 2000-01-01.
const rows: readonly Row[] = [
  [16, 1000, 'plain', 'f', zeros(1)], // bool
  [17, 1001, 'bytea', `\\x${utf8(text).toString('hex')}`, utf8(text)],
  [18, 1002, 'plain', '*', utf8('*')], // "char": one byte
  [19, 1003, 'text', text, utf8(text)], // name
  [20, 1016, 'int8', '0', zeros(8)],
  [21, 1005, 'int2', '0', zeros(2)], // int2
  [22, 1006, 'plain', '', null], // int2vector
  [23, 1007, 'int4', '0', zeros(4)],
  [24, 1008, 'plain', '-', zeros(4)], // regproc
  [25, 1009, 'text', text, utf8(text)],
  [26, 1028, 'plain', '0', zeros(4)], // oid
  [27, 1010, 'plain', '(0,0)', zeros(6)], // tid
  [28, 1011, 'plain', '0', zeros(4)], // xid
  [29, 1012, 'plain', '0', zeros(4)], // cid
  [30, 1013, 'plain', '', null], // oidvector
  [114, 199, 'json', json, utf8(json)],
  [142, 143, 'text', '<redacted/>', utf8('<redacted/>')], // xml
  [600, 1017, 'plain', '(0,0)', zeros(16)], // point
  [601, 1018, 'plain', '[(0,0),(0,0)]', zeros(32)], // lseg
  [602, 1019, 'plain', null, null], // path
  [603, 1020, 'plain', '(0,0),(0,0)', zeros(32)], // box
  [604, 1027, 'plain', null, null], // polygon
  [628, 629, 'plain', null, null], // line
  [650, 651, 'plain', '0.0.0.0/32', Buffer.from('0220010400000000', 'hex')], // cidr
  [700, 1021, 'plain', '0', zeros(4)], // float4
  [701, 1022, 'plain', '0', zeros(8)], // float8
  [705, 0, 'text', text, utf8(text)], // unknown
  [718, 719, 'plain', '<(0,0),0>', zeros(24)], // circle
  [774, 775, 'plain', '00:00:00:00:00:00:00:00', zeros(8)], // macaddr8
  [790, 791, 'plain', '$0.00', zeros(8)], // money
  [829, 1040, 'plain', '00:00:00:00:00:00', zeros(6)], // macaddr
  [869, 1041, 'plain', '0.0.0.0', Buffer.from('0220000400000000', 'hex')], // inet
  [1042, 1014, 'text', text, utf8(text)], // bpchar
  [1043, 1015, 'text', text, utf8(text)], // varchar
  [1082, 1182, 'date', '2000-01-01', zeros(4)], // date
  [1083, 1183, 'plain', '00:00:00', zeros(8)], // time
  [1114, 1115, 'timestamp', '2000-01-01 00:00:00', zeros(8)], // timestamp
  [1184, 1185, 'timestamp', '2000-01-01 00:00:00+00', zeros(8)], // timestamptz
  [1186, 1187, 'plain', '00:00:00', zeros(16)], // interval
  [1266, 1270, 'plain', '00:00:00+00', zeros(12)], // timetz
  [1560, 1561, 'plain', '0', Buffer.from('0000000100', 'hex')], // bit
  [1562, 1563, 'plain', '0', Buffer.from('0000000100', 'hex')], // varbit
  [1700, 1231, 'numeric', '0', zeros(8)], // numeric
  [1790, 2201, 'text', text, utf8(text)], // refcursor
  [2202, 2207, 'plain', '-', zeros(4)], // regprocedure
  [2205, 2210, 'plain', '-', zeros(4)], // regclass
  [2206, 2211, 'plain', '-', zeros(4)], // regtype
  [2249, 2287, 'mixed', null, null], // record
  [2275, 1263, 'text', text, utf8(text)], // cstring
  [2950, 2951, 'uuid', '00000000-0000-0000-0000-000000000000', zeros(16)],
  [3220, 3221, 'plain', '0/0', zeros(8)], // pg_lsn
  [3614, 3643, 'mixed', '', zeros(4)], // tsvector
  [3615, 3645, 'mixed', '', null], // tsquery: tsqueryrecv refuses an empty one
  [3802, 3807, 'jsonb', json, Buffer.concat([Buffer.of(1), utf8(json)])],
  [4072, 4073, 'mixed', '$', Buffer.concat([Buffer.of(1), utf8('$')])], // jsonpath
  [5069, 271, 'plain', '0', zeros(8)], // xid8
]

// Range and its array, multirange and its array: range_send begins with flags, 1 = empty.
const ranges = [
  [3904, 3905, 4451, 6150],
  [3906, 3907, 4532, 6151],
  [3908, 3909, 4533, 6152],
  [3910, 3911, 4534, 6153],
  [3912, 3913, 4535, 6155],
  [3926, 3927, 4536, 6157],
] as const

for (const row of rows) register(row)
for (const [range, rangeArray, multirange, multirangeArray] of ranges) {
  register([range, rangeArray, 'plain', 'empty', Buffer.of(1)])
  register([multirange, multirangeArray, 'plain', '{}', zeros(4)])
}

function register([oid, arrayOid, content, redactedText, redactedBinary]: Row): void {
  const type: PostgresType = { content, redactedText, redactedBinary }
  types.set(oid, type)
  if (arrayOid === 0) return
  // array_send: no dimensions, no flags, the element's type.
  const empty = zeros(12)
  empty.writeUInt32BE(oid, 8)
  types.set(arrayOid, {
    content: content === 'plain' ? 'plain' : 'mixed',
    redactedText: '{}',
    redactedBinary: empty,
    element: type,
  })
}
