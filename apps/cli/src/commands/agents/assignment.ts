import { type Api, textOf } from '../../api/client'
import { findByName, idOf } from '../../api/resolve'

export interface Assignment {
  readonly path: string
  /** The connection's name. */
  readonly connection: string
}

/** Where the REST API keeps that an agent serves a connection; each is named by its name or its id. */
export async function assignmentOf(
  api: Api,
  agentName: string,
  connectionName: string,
): Promise<Assignment> {
  const agent = await findByName(api, '/v1/agents', agentName)
  const connection = await findByName(api, '/v1/connections', connectionName)
  const path = `/v1/agents/${idOf(agent)}/connections/${idOf(connection)}`
  return { path, connection: textOf(connection, 'name') }
}
