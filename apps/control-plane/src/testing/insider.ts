import { Client } from 'pg'
import { EpochWatch } from '../common/epoch/epoch-watch'
import type { TestApp } from './test-app'

/** Who can read and write the control plane's database, and lacks the master key. */
export class Insider {
  private constructor(
    private readonly test: TestApp,
    readonly db: Client,
  ) {}

  static async at(test: TestApp): Promise<Insider> {
    const db = new Client({ connectionString: test.database.url })
    await db.connect()
    return new Insider(test, db)
  }

  /** Makes replicas read again what they keep. */
  async epochPasses(): Promise<void> {
    await this.db.query('UPDATE policy_epoch SET epoch = epoch + 1')
    await this.test.app.get(EpochWatch, { strict: false }).refresh()
  }

  async write(sql: string, values: readonly unknown[] = []): Promise<void> {
    await this.db.query(sql, [...values])
    await this.epochPasses()
  }

  /** Past the triggers that keep the audit log as it is, as a superuser can. */
  async tear(sql: string): Promise<void> {
    await this.db.query(`BEGIN; SET LOCAL session_replication_role = 'replica'; ${sql}; COMMIT`)
  }

  /** The rows of a table as they stand, to be put back. */
  async copy(table: string): Promise<string> {
    const { rows } = await this.db.query<{ copy: string }>(
      `SELECT COALESCE(json_agg(${table}), '[]')::text AS copy FROM ${table}`,
    )
    return rows[0]?.copy ?? '[]'
  }

  /** Exactly those rows, whatever refers to them. */
  async putBack(table: string, copy: string): Promise<void> {
    await this.db.query('BEGIN')
    await this.db.query(`SET LOCAL session_replication_role = 'replica'`)
    await this.db.query(`DELETE FROM ${table}`)
    await this.db.query(
      `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`,
      [copy],
    )
    await this.db.query('COMMIT')
    await this.epochPasses()
  }

  async close(): Promise<void> {
    await this.db.end()
  }
}
