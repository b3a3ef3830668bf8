import { Client, type QueryConfig } from 'pg'

const firstRetryMillis = 100
const longestRetryMillis = 5_000

type Handler = (payload: string) => void

/** PostgreSQL NOTIFY as events, on a database connection of its own that is dialled again when it is lost. */
export class DatabaseListener {
  readonly #handlers = new Map<string, Set<Handler>>()
  readonly #reconnected = new Set<() => void>()
  readonly #kept: QueryConfig[] = []
  #client: Client | undefined
  #closed = false
  #retry: NodeJS.Timeout | undefined
  #retryMillis = firstRetryMillis

  constructor(
    private readonly url: string,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Calls `handler` for every notification from now on; returns how to stop that. */
  async listen(channel: string, handler: Handler): Promise<() => void> {
    const handlers = this.#handlers.get(channel) ?? new Set()
    this.#handlers.set(channel, handlers.add(handler))
    if (this.#client === undefined) await this.#connect()
    else if (handlers.size === 1) await this.#client.query(listenTo(channel))
    return () => handlers.delete(handler)
  }

  /** Runs a statement on this connection and on each that takes its place, as for a lock that lasts as long as they do. */
  async keep(statement: QueryConfig): Promise<void> {
    this.#kept.push(statement)
    if (this.#client === undefined) await this.#connect()
    else await this.#client.query(statement)
  }

  /** Notifications may have been missed before this is called: whoever keeps state reads it again. */
  onReconnect(handler: () => void): void {
    this.#reconnected.add(handler)
  }

  async onApplicationShutdown(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#client?.end()
  }

  async #connect(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'wardgate-listener',
      keepAlive: true,
    })
    this.#client = client
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, new Error('the listening connection ended')))
    client.on('notification', ({ channel, payload }) => {
      for (const handler of this.#handlers.get(channel) ?? []) handler(payload ?? '')
    })
    await client.connect()
    for (const channel of this.#handlers.keys()) await client.query(listenTo(channel))
    for (const statement of this.#kept) await client.query(statement)
    this.#retryMillis = firstRetryMillis
  }

  #lost(client: Client, error: Error): void {
    if (this.#closed || this.#client !== client) return
    this.#client = undefined
    this.onError(error)
    client.end().catch(() => undefined)
    this.#scheduleRetry()
  }

  #scheduleRetry(): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#reconnect(), this.#retryMillis)
    this.#retryMillis = Math.min(this.#retryMillis * 2, longestRetryMillis)
  }

  async #reconnect(): Promise<void> {
    try {
      await this.#connect()
      for (const handler of this.#reconnected) handler()
    } catch (error) {
      this.#client = undefined
      this.onError(error instanceof Error ? error : new Error(String(error)))
      if (!this.#closed) this.#scheduleRetry()
    }
  }
}

function listenTo(channel: string): string {
  return `LISTEN "${channel.replaceAll('"', '""')}"`
}
