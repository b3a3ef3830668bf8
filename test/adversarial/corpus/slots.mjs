import { plantedForms } from './planted.mjs'
import { Session } from './session.mjs'
import { say, fieldsOf } from './wire.mjs'
import { stateOf } from './state.mjs'
import { splitStatements } from './split.mjs'

const template = 'seeded'
const warmMillis = 60_000

/** Runs the seed once; what this server lacks (an extension, say) is left out and named. */
export async function makeTemplate(server, seed) {
  const admin = await server.connect('postgres')
  await admin.query(`CREATE DATABASE ${template}`)
  await admin.end()
  const client = await server.connect(template)
  const missing = []
  try {
    for (const statement of await splitStatements(seed)) {
      try {
        await client.query(statement)
      } catch (error) {
        missing.push(`${statement.trim().slice(0, 60)}: ${error.message}`)
      }
    }
    return { missing, planted: await plantedForms(client) }
  } finally {
    await client.end()
  }
}

/** A database name that is filled from the template again and again; its catalog is known to the control plane. */
export class Slot {
  #admin
  #server
  #stage
  #generation = 0
  #spoilt = false
  observer
  /** The state of the database as the template made it. */
  pristine

  constructor(server, stage, number) {
    this.#server = server
    this.#stage = stage
    this.number = number
  }

  get database() {
    return `corpus_${this.number}_${this.#generation}`
  }

  /** The schema is another one now: the stored catalog would lag behind a database of the same name. */
  spoil() {
    this.#spoilt = true
  }

  async refresh() {
    await this.#rollBackPrepared()
    await this.observer?.end().catch(() => undefined)
    this.#admin ??= await this.#server.connect('postgres')
    await this.#admin.query(`DROP DATABASE IF EXISTS ${this.database} WITH (FORCE)`)
    if (this.#spoilt) this.#generation += 1
    await this.#admin.query(`CREATE DATABASE ${this.database} TEMPLATE ${template}`)
    this.observer = await this.#server.connect(this.database)
    this.pristine = await stateOf(this.observer)
    if (this.#spoilt) await this.warm()
    this.#spoilt = false
  }

  /** Makes the database anew unless it still is what it was. */
  async restore() {
    const now = await stateOf(this.observer)
    if (now.schema !== this.pristine.schema) this.spoil()
    if (now.schema !== this.pristine.schema || now.data !== this.pristine.data) await this.refresh()
  }

  /** A transaction that was prepared outlives its session and would hold the database. */
  async #rollBackPrepared() {
    const text = 'SELECT gid FROM pg_prepared_xacts WHERE database = current_database()'
    const prepared = await this.observer?.query(text)
    for (const { gid } of prepared?.rows ?? [])
      await this.observer.query(`ROLLBACK PREPARED '${gid.replaceAll("'", "''")}'`)
  }

  /** Waits until statements on this database are judged. */
  async warm() {
    const deadline = Date.now() + warmMillis
    for (const role of ['agent', 'superuser']) {
      for (;;) {
        const session = await Session.open(this.#stage.agent, {
          user: `corpus-${role}`,
          database: this.database,
          token: this.#stage.token('aiAgent'),
        })
        await session.send(say.query('SELECT 1 FROM orders WHERE false'))
        session.close()
        const refused = session.messages.filter(({ type }) => type === 'E')
        if (refused.length === 0) break
        if (Date.now() > deadline) throw new Error(fieldsOf(refused[0].body).M)
        await new Promise((done) => setTimeout(done, 200))
      }
    }
  }

  async close() {
    await this.observer?.end().catch(() => undefined)
    await this.#admin?.end().catch(() => undefined)
  }
}
