import { Client, type ClientConfig } from 'pg'
import { eventually } from './eventually'
import type { Instance } from './instance'

/** A client of the AI agent on the sample connection; notices are collected as they come. */
export interface GovernedClient {
  readonly client: Client
  readonly notices: string[]
}

type ConnectOptions = { readonly user?: string; readonly token?: string } & Omit<
  ClientConfig,
  'user'
>

export async function connectThrough(
  instance: Instance,
  options: ConnectOptions = {},
): Promise<GovernedClient> {
  const { user = 'shop', token, ...rest } = options
  const client = new Client({
    ...instance.agent,
    user,
    password: token ?? (await instance.token('aiAgent')),
    database: instance.descriptor.sample.database,
    ...rest,
  })
  const notices: string[] = []
  client.on('notice', (notice) => notices.push(notice.message ?? ''))
  client.on('error', () => undefined)
  await client.connect()
  return { client, notices }
}

/** As soon as a session opens: an agent may be starting, or not serve the connection yet. */
export function connectEventually(
  instance: Instance,
  options?: ConnectOptions,
  limitMillis?: number,
): Promise<GovernedClient> {
  return eventually(() => connectThrough(instance, options).catch(() => undefined), limitMillis)
}

/** The bare target, to see what really happened there. */
export async function connectDirectly(
  instance: Instance,
  database = instance.descriptor.sample.database,
): Promise<Client> {
  const { direct } = instance.descriptor.sample
  const client = new Client({ ...direct, database })
  await client.connect()
  return client
}
