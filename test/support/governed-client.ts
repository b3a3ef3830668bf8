import { Client, type ClientConfig } from 'pg'
import type { Instance } from './instance'

/** A client of the AI agent on the sample connection; notices are collected as they come. */
export interface GovernedClient {
  readonly client: Client
  readonly notices: string[]
}

export async function connectThrough(
  instance: Instance,
  options: { readonly user?: string; readonly token?: string } & Omit<ClientConfig, 'user'> = {},
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
