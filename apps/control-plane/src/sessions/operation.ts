import type { Operation as OperationRow } from '../generated/prisma/client'

/** An operation as people are shown it, whether a row or the audit log tells of it. */
export type Operation = Omit<OperationRow, 'spoolId'>
