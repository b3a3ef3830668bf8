import { inclusionProof } from '@wardgate/audit-log'
import { SampleLog, trustedKeys } from '../../../../../packages/audit-log/src/testing/sample-log'
import { ranCli } from '../../testing/fake-cli'
import { fakeServer } from '../../testing/fake-server'

async function shown(alter: (leaf: string) => string, ...options: string[]) {
  const log = SampleLog.of(9)
  const proof = await inclusionProof(4, 9, log.reader)
  const entry = {
    index: 4,
    kind: 'operation.intent',
    leaf: alter(log.leaves[4] ?? ''),
    checkpoint: log.checkpoint().note,
    inclusionProof: proof.map((hash) => Buffer.from(hash).toString('hex')),
  }
  const server = await fakeServer({
    'GET /v1/audit/keys': () => ({ body: trustedKeys.join('\n') }),
    'GET /v1/audit/entries/4': () => ({ body: entry }),
  })
  const env = { WARDGATE_SERVER: server.url, WARDGATE_TOKEN: 'token' }
  try {
    return await ranCli(['audit', 'show', '4', ...options], { env })
  } finally {
    await server.close()
  }
}

describe('one audit entry', () => {
  it('is shown when the signed log has it, and with --json whole', async () => {
    const ran = await shown((leaf) => leaf)
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('log of size 9') })
    expect(ran.out).toContain('operation.intent')
    expect(ran.out).not.toContain('inclusionProof')
    const json = await shown((leaf) => leaf, '--json')
    expect(JSON.parse(json.out)).toMatchObject({ inclusionProof: expect.any(Array) })
  })

  it('is not shown when it is another one than was logged', async () => {
    const ran = await shown((leaf) => `${leaf} `)
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('not proven') })
  })
})
