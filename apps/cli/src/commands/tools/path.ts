import type { Api } from '../../api/client'
import { findByName, idOf } from '../../api/resolve'

export async function toolsPath(api: Api, connection: string): Promise<string> {
  const found = await findByName(api, '/v1/connections', connection)
  return `/v1/connections/${idOf(found)}/tools`
}
