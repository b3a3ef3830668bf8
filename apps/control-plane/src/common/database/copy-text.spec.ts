import fc from 'fast-check'
import { Client } from 'pg'
import { startTestDatabase, type TestDatabase } from '../../testing/test-database'
import type { BulkTransaction } from './bulk-transaction'
import { arrayText, byteaText, copyRow } from './copy-text'
import { Database } from './database'

jest.setTimeout(60_000)

describe('rows for COPY', () => {
  let test: TestDatabase
  let database: Database
  let reader: Client

  beforeAll(async () => {
    test = await startTestDatabase()
    database = new Database({ url: test.url, connections: 2, onError: () => undefined })
    reader = new Client({ connectionString: test.url })
    await reader.connect()
    await reader.query('CREATE TABLE copied (n bigint, t text, b bytea, a text[])')
  })

  afterAll(async () => {
    await reader.end()
    await database.onApplicationShutdown()
    await test.stop()
  })

  beforeEach(() => reader.query('TRUNCATE copied'))

  const copy = (tx: BulkTransaction, text: string) =>
    tx.copy('copied (n, t, b, a)', [text], (value) => [
      1n,
      value,
      byteaText(Buffer.from(value)),
      arrayText([value]),
    ])

  it('marks what is absent and escapes what would end a field', () => {
    expect(copyRow([1, 2n, 'a\tb\nc\\N\rd', undefined, null])).toBe(
      '1\t2\ta\\tb\\nc\\\\N\\rd\t\\N\t\\N\n',
    )
  })

  it('arrives as it was, whatever the text is', async () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 40 })
      .filter((value) => value.isWellFormed() && !value.includes('\0'))
    const likely = fc.constantFrom('\\N', '\\.', '\\', '"', '{}', ',', '\r\n', '\t', 'NULL', '')
    await fc.assert(
      fc.asyncProperty(fc.oneof(likely, text), async (value) => {
        await reader.query('TRUNCATE copied')
        await database.bulk((tx) => copy(tx, value))
        const { rows } = await reader.query('SELECT * FROM copied')
        expect(rows).toEqual([{ n: '1', t: value, b: Buffer.from(value), a: [value] }])
      }),
      { numRuns: 100 },
    )
  })

  it('sends as many rows as there are', async () => {
    const numbers = Array.from({ length: 20_000 }, (_, index) => index)
    await database.bulk((tx) => tx.copy('copied (n)', numbers, (number, at) => [number + at]))
    const { rows } = await reader.query('SELECT count(*), sum(n) FROM copied')
    expect(rows).toEqual([{ count: '20000', sum: '399980000' }])
  })

  it('writes nothing when the work fails, and serves the next one', async () => {
    const failing = database.bulk(async (tx) => {
      await copy(tx, 'lost')
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    const refused = database.bulk((tx) => tx.copy('copied (n)', ['no number'], (value) => [value]))
    await expect(refused).rejects.toThrow('invalid input syntax')
    await database.bulk((tx) => copy(tx, 'kept'))
    const { rows } = await reader.query('SELECT t FROM copied')
    expect(rows).toEqual([{ t: 'kept' }])
  })
})
