import { SampleLog, trustedKeys } from '../../../../../packages/audit-log/src/testing/sample-log'
import { type Answer, fakeServer } from '../../testing/fake-server'
import { ranCli } from '../../testing/fake-cli'

const seen = '2026-11-22T00:00:00.000Z'
const arrived = { connected: true, entries: 0, oldestSeconds: 0 }

async function exported(agents: Answer, ...options: string[]) {
  const bundle = await SampleLog.of(3).bundle()
  const server = await fakeServer({
    'GET /v1/audit/keys': () => ({ body: trustedKeys.join('\n') }),
    'GET /v1/agents': agents,
    'POST /v1/audit/evidence': () => ({ body: bundle }),
  })
  const env = { WARDGATE_SERVER: server.url, WARDGATE_TOKEN: 'token' }
  const output: ('out' | 'drained')[] = []
  try {
    return {
      ...(await ranCli(['audit', 'export', ...options], { env, output })),
      bundle,
      output,
      seen: server.seen,
    }
  } finally {
    await server.close()
  }
}

function listed(...items: readonly object[]): Answer {
  return () => ({ body: { items, nextCursor: null } })
}

describe('an export of evidence', () => {
  it('says nothing when every agent has handed over what it told of', async () => {
    const ran = await exported(listed({ name: 'a', backlog: arrived, lastSeenAt: seen }))
    expect(ran).toMatchObject({ code: 0, out: ran.bundle, err: '' })
  })

  it('takes no more of the log than standard output has room for', async () => {
    const { output } = await exported(listed())
    expect(output.length).toBeGreaterThan(0)
    expect(output.filter((step, at) => step !== (at % 2 === 0 ? 'out' : 'drained'))).toEqual([])
  })

  it('takes - for standard output', async () => {
    const ran = await exported(listed(), '--out', '-')
    expect(ran).toMatchObject({ code: 0, out: ran.bundle })
  })

  it('warns of agents that are behind, silent, or have not told, before it is taken', async () => {
    const ran = await exported(
      listed(
        { name: 'late', backlog: { connected: true, entries: 122_607, oldestSeconds: 3600 } },
        { name: 'gone', backlog: { ...arrived, connected: false }, lastSeenAt: seen },
        { name: 'mute', backlog: { ...arrived, entries: null }, lastSeenAt: seen },
      ),
    )
    expect(ran).toMatchObject({ code: 0, out: ran.bundle })
    expect(ran.err.split('\n')).toEqual([
      'warning: agent late: 122607 entries that it wrote have not arrived, the oldest 3600 s old',
      `warning: agent gone: not connected since ${seen}`,
      'warning: agent mute: it has not told how much it wrote',
      '',
    ])
    expect(ran.seen.map(({ path }) => path).slice(-2)).toEqual(['/v1/agents', '/v1/audit/evidence'])
  })

  it('does not warn of a revoked agent that has handed over everything', async () => {
    const revoked = { backlog: { ...arrived, connected: false }, revokedAt: seen }
    expect((await exported(listed({ name: 'old', ...revoked }))).err).toBe('')
    const owing = { ...revoked, backlog: { connected: false, entries: 2, oldestSeconds: 9 } }
    expect((await exported(listed({ name: 'old', ...owing }))).err).toContain('2 entries')
  })

  it('says so when it may not ask the agents', async () => {
    const refusal = { code: 'ERR_AUTH_FORBIDDEN', detail: 'no agents:read', nextStep: '' }
    const ran = await exported(() => ({ status: 403, body: refusal }))
    expect(ran).toMatchObject({ code: 0, out: ran.bundle })
    expect(ran.err).toContain('is not known')
  })
})
