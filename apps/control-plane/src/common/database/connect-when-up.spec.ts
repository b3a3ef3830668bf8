import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import { freePort } from '@wardgate/gateway/testing'
import { createServer } from 'node:net'
import { connectWhenUp } from './connect-when-up'

jest.setTimeout(60_000)

describe('connecting to the database', () => {
  it('waits for a server that is started at the same time', async () => {
    const options = { port: await freePort(), password: 'pw' }
    const config = { host: '127.0.0.1', user: 'postgres', ...options }
    const connecting = connectWhenUp({ ...config, database: 'postgres' })
    const cluster = await startTestCluster(options)
    try {
      const client = await connecting
      expect((await client.query('SELECT 7 AS answer')).rows).toEqual([{ answer: 7 }])
      await client.end()
    } finally {
      await cluster.remove()
    }
  })

  it('gives up when nothing listens for too long', async () => {
    const connectionString = `postgresql://nobody@127.0.0.1:${await freePort()}/none`
    await expect(connectWhenUp({ connectionString }, 120)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
  })

  it('does not wait for a server that refuses the login', async () => {
    let logins = 0
    const server = createServer((socket) => {
      logins += 1
      socket.once('data', () => socket.end(errorResponse('28P01')))
    })
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    try {
      const connectionString = `postgresql://nobody:wrong@127.0.0.1:${port}/none`
      await expect(connectWhenUp({ connectionString })).rejects.toMatchObject({ code: '28P01' })
      expect(logins).toBe(1)
    } finally {
      server.close()
    }
  })
})

/** ErrorResponse ('E') with severity, code and message. */
function errorResponse(code: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${code}\0Mrefused\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeUInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}
