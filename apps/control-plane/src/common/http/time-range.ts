import { z } from 'zod'

/** An instant with its offset from UTC (RFC 3339). The year 0 is none of PostgreSQL's. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-11-27T09:30:00Z' })
  .refine((text) => !text.startsWith('0000'), 'must be after the year 0')
  .transform((text) => new Date(text))

/** Query fields of lists that people narrow to some time. */
export const timeRange = {
  from: instant.optional().describe('Only from this time on (RFC 3339).'),
  to: instant.optional().describe('Only before this time (RFC 3339).'),
}

export interface TimeRange {
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

/** The condition on a column; undefined = any time. */
export function within({ from, to }: TimeRange): { gte?: Date; lt?: Date } | undefined {
  if (from === undefined && to === undefined) return undefined
  return {
    ...(from === undefined ? {} : { gte: from }),
    ...(to === undefined ? {} : { lt: to }),
  }
}
