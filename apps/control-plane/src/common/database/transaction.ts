import type { Prisma } from '../../generated/prisma/client'

/** A database transaction. Only repositories look inside; services hand it on so that one change is one commit. */
export type Transaction = Prisma.TransactionClient
