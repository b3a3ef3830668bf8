import type { Client } from 'pg'
import { withClient } from '../with-client'
import { gatewayRole, shopDatabase, shopRows, shopSchema } from './schema'

export interface ShopAccess {
  readonly superuserUrl: (database: string) => string
  readonly gatewayPassword: string
}

/** Makes the sample database once. Half a shop, left by a killed start, is made anew. */
export async function makeShop(access: ShopAccess): Promise<void> {
  await withClient(access.superuserUrl('postgres'), async (server) => {
    if (await isComplete(server, access)) return
    await server.query(`DROP DATABASE IF EXISTS ${shopDatabase} WITH (FORCE)`)
    const role = await server.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [gatewayRole])
    if (role.rowCount === 0) await server.query(`CREATE ROLE ${gatewayRole} LOGIN`)
    await server.query(
      `ALTER ROLE ${gatewayRole} PASSWORD ${server.escapeLiteral(access.gatewayPassword)}`,
    )
    // The second wall: Wardgate's own role can read and write data but is no superuser.
    await server.query(`GRANT pg_read_all_data, pg_write_all_data TO ${gatewayRole}`)
    await server.query(`CREATE DATABASE ${shopDatabase} OWNER ${gatewayRole}`)
    await withClient(access.superuserUrl(shopDatabase), fill)
  })
}

async function isComplete(server: Client, access: ShopAccess): Promise<boolean> {
  const found = await server.query('SELECT 1 FROM pg_database WHERE datname = $1', [shopDatabase])
  if (found.rowCount === 0) return false
  return withClient(access.superuserUrl(shopDatabase), async (shop) => {
    const marker = await shop.query<{ done: boolean }>(
      "SELECT obj_description('public'::regnamespace) = 'sample shop' AS done",
    )
    return marker.rows[0]?.done === true
  })
}

async function fill(shop: Client): Promise<void> {
  await shop.query(`SET ROLE ${gatewayRole}`)
  await shop.query(`BEGIN; ${shopSchema}${shopRows} COMMIT`)
  await shop.query('RESET ROLE')
  await shop.query('ANALYZE')
  await shop.query("COMMENT ON SCHEMA public IS 'sample shop'")
}
