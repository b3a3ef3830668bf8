/** Object ids below are given out by initdb (FirstNormalObjectId in access/transam.h). */
export const firstUserOid = 16_384

/** Objects whose ids have all but this many bits in common are one part: some two hundred tables. */
const partBits = 10
const partIds = 2 ** partBits

export function partOf(id: number): number {
  return Math.floor(id / partIds)
}

/** First and last id of neighbouring parts: $1 and $2 of queries that read them. */
export function idsOf(first: number, last: number): [number, number] {
  return [first * partIds, (last + 1) * partIds - 1]
}

/** SQL for the part that an id belongs to. */
export function partSql(id: string): string {
  return `(${id})::oid::int8 >> ${partBits}`
}

/** SQL for: the id is among those that are read. */
export function among(id: string): string {
  return `${id} BETWEEN $1::oid AND $2::oid`
}
