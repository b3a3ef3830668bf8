import { Client } from 'pg'

declare module 'pg' {
  interface ClientBase {
    /** The driver's own: the parameters of the startup message, by name. */
    getStartupConf(): Record<string, string | undefined>
  }
}

/** A client that is told no database names none: the agent takes the connection's own. The driver would send the user's name. */
export class SqlClient extends Client {
  readonly #database: string | undefined

  constructor(options: ConstructorParameters<typeof Client>[0] & { readonly database?: string }) {
    super(options)
    this.#database = options.database
  }

  override getStartupConf(): Record<string, string | undefined> {
    return { ...super.getStartupConf(), database: this.#database ?? '' }
  }
}
