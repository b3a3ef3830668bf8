/** Object ids from here on are given to what users and extensions make (FirstNormalObjectId in access/transam.h). */
const firstUserOid = 16_384

/** Whether a type came with the server. */
export function isOwn(typeId: number): boolean {
  return typeId < firstUserOid
}

/** Types that the server casts among without being asked, by their ids in pg_type.dat. */
const kinds: readonly (readonly number[])[] = [
  // "char", name, text, bpchar, varchar
  [18, 19, 25, 1042, 1043],
  // int8, int2, int4, oid, float4, float8, money, numeric
  [20, 21, 23, 26, 700, 701, 790, 1700],
  // date, time, timestamp, timestamptz, timetz, interval
  [1082, 1083, 1114, 1184, 1186, 1266],
  // point, lseg, path, box, polygon, line, circle
  [600, 601, 602, 603, 604, 628, 718],
  // macaddr8, inet, cidr, macaddr
  [774, 869, 650, 829],
  // bit, varbit
  [1560, 1562],
  // bool; bytea; json; jsonb; uuid; xml
  [16],
  [17],
  [114],
  [3802],
  [2950],
  [142],
]
const kindOf = new Map(kinds.flatMap((ids, kind) => ids.map((id) => [id, kind] as const)))

/** any, anyarray, anyelement, record and the other pseudo-types that stand for many. */
const polymorphic = new Set([
  2249, 2276, 2277, 2283, 2287, 2776, 3500, 3831, 4537, 4538, 5077, 5078, 5079, 5080, 6150, 6157,
])

/** Whether a value of a type can stand where another is declared. Unsure = yes. */
export function isSameKind(given: number, declared: number): boolean {
  if (given === declared || polymorphic.has(declared)) return true
  if (!isOwn(given)) return true
  if (!isOwn(declared)) return false
  const [left, right] = [kindOf.get(given), kindOf.get(declared)]
  return left === undefined || right === undefined || left === right
}
