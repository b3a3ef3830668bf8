import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { TestAuthority } from '../../testing/certificates'
import { type RealDatabase, startRealDatabase } from '../../testing/real-database'
import { connectSystem } from './connect'

let target: RealDatabase
let authority: TestAuthority

beforeAll(async () => {
  authority = await TestAuthority.create()
  target = await startRealDatabase('')
  await serveTls(target, await authority.server())
}, 60_000)

afterAll(() => target.stop())

/** The server writes its own files, so that they belong to the user that it runs as. */
async function serveTls(
  { database }: RealDatabase,
  { key, chain }: { readonly key: string; readonly chain: string },
): Promise<void> {
  const { rows } = await database.query<{ data: string }>(
    `SELECT current_setting('data_directory') AS data`,
  )
  const data = rows[0]?.data ?? ''
  for (const [name, text] of Object.entries({ 'server.key': key, 'server.crt': chain }))
    await database.query(
      `COPY (SELECT unnest(string_to_array($text$${text.trim()}$text$, E'\\n'))) TO '${data}/${name}'`,
    )
  chmodSync(join(data, 'server.key'), 0o600)
  await database.query('ALTER SYSTEM SET ssl = on')
  await database.query('SELECT pg_reload_conf()')
}

/** Whether the system session is encrypted; rejects where it does not begin. */
async function isEncrypted(host: string, serverName?: string, ca = authority.pem) {
  const tls = {
    mode: 'verify-full',
    ca,
    ...(serverName === undefined ? {} : { serverName }),
  } as const
  const endpoints = target.access.endpoints.map((endpoint) => ({ ...endpoint, host }))
  const access = { ...target.access, endpoints, tls }
  const client = await connectSystem(access, 'postgres', AbortSignal.timeout(10_000))
  try {
    const { rows } = await client.query<{ ssl: boolean }>(
      'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    )
    return rows[0]?.ssl
  } finally {
    await client.end()
  }
}

const unreachable = { code: 'ERR_TARGET_UNREACHABLE' }

describe('the system session to a target with TLS', () => {
  it.each([
    ['127.0.0.1', undefined],
    ['127.0.0.1', 'localhost'],
    ['localhost', undefined],
  ])('begins at %s, where the name that is demanded is %s', async (host, serverName) => {
    expect(await isEncrypted(host, serverName)).toBe(true)
  })

  it.each(['127.0.0.1', 'localhost'])(
    'does not begin at %s with a certificate for another name',
    async (host) => {
      await expect(isEncrypted(host, 'other.test')).rejects.toMatchObject(unreachable)
    },
  )

  it('does not begin with a certificate of an authority that is not trusted', async () => {
    const { pem } = await TestAuthority.create()
    await expect(isEncrypted('127.0.0.1', 'localhost', pem)).rejects.toMatchObject(unreachable)
  })
})
