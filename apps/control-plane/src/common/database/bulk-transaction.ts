import { type PoolClient, Query } from 'pg'
import { type CopyField, copyRow } from './copy-text'

const pieceCharacters = 32 * 1024

/**
 * A transaction on a connection of its own, for what comes by the thousand: COPY costs the database and this process
 * far less than an INSERT of the same rows, and Prisma has none.
 */
export class BulkTransaction {
  constructor(private readonly client: PoolClient) {}

  async execute(text: string, values: readonly unknown[]): Promise<void> {
    await this.client.query(text, [...values])
  }

  /** The columns are the caller's to know: they are not checked. */
  async rows<T>(text: string, values: readonly unknown[]): Promise<T[]> {
    const { rows } = await this.client.query<Record<string, unknown>>(text, [...values])
    return rows as T[]
  }

  /** `into` is a table with its columns, such as `audit_entries (index, kind)`; `toRow` gives their values. */
  async copy<T>(
    into: string,
    items: readonly T[],
    toRow: (item: T, at: number) => readonly CopyField[],
  ): Promise<void> {
    if (items.length === 0) return
    const pieces = encodeRows(items, toRow)
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | undefined) => (error ? reject(error) : resolve())
      this.client.query(new CopyIn(`COPY ${into} FROM STDIN`, pieces, done))
    })
  }
}

/** Piece by piece, so that what a row is made from need not live until all are encoded. */
function encodeRows<T>(
  items: readonly T[],
  toRow: (item: T, at: number) => readonly CopyField[],
): readonly Buffer[] {
  const pieces: Buffer[] = []
  let text = ''
  items.forEach((item, at) => {
    text += copyRow(toRow(item, at))
    if (text.length < pieceCharacters) return
    pieces.push(Buffer.from(text))
    text = ''
  })
  pieces.push(Buffer.from(text))
  return pieces
}

/** What pg hands to a query when the server waits for copy data; it is not in its types. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

class CopyIn extends Query {
  constructor(
    text: string,
    private readonly pieces: readonly Buffer[],
    done: (error: Error | undefined) => void,
  ) {
    super(text, done)
  }

  /** Called by pg's client on CopyInResponse. */
  handleCopyInResponse(connection: CopyConnection): void {
    for (const piece of this.pieces) connection.sendCopyFromChunk(piece)
    connection.endCopyFrom()
  }
}
