import { join } from 'node:path'
import { root, runProcess } from '../support/instance'
import { describeWithPeer } from '../support/peers'
import { sharedInstance } from '../support/shared-instance'

jest.setTimeout(180_000)

interface Result {
  readonly id?: string
  readonly pass?: boolean
  readonly modes?: unknown
  readonly why?: string
}

/** The runner itself, on the standalone that the other specs use. */
async function run(...args: string[]): Promise<readonly Result[]> {
  const { stdout, stderr } = await runProcess(
    process.execPath,
    [join(root, 'scripts/corpus.mjs'), '--json', '--home', sharedInstance.home, ...args],
    sharedInstance.environment(),
  )
  if (stdout === '') throw new Error(stderr)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Result)
}

function failures(results: readonly Result[]): readonly Result[] {
  return results.filter(({ pass }) => pass === false)
}

/** Every row over HTTP and MCP, at nginx and at a target that is hostile itself. */
describeWithPeer('nginx', () => {
  it('withstands the corpus of HTTP and MCP', async () => {
    const results = await run('--http')
    expect(failures(results)).toEqual([])
    expect(results.filter(({ pass }) => pass === true).length).toBeGreaterThan(300)
    expect(results.at(-1)).toMatchObject({ leaks: 0, evidenceProblems: 0 })
  })
})

/** Samples of what `npm run corpus` runs in full. */
describeWithPeer('postgres', () => {
  it('withstands a sample of the corpus through two processes', async () => {
    const results = await run('--area', 'PGC,MSK,PGW', '--every', '41')
    expect(failures(results)).toEqual([])
    expect(results.filter(({ pass }) => pass === true).length).toBeGreaterThan(15)
    expect(results.at(-1)).toMatchObject({ leaks: 0, unapprovedEffects: 0, evidenceProblems: 0 })
  })

  it('lets a sample of legitimate statements pass as on the bare target', async () => {
    const results = await run('--benign', '--every', '10')
    expect(failures(results)).toEqual([])
    expect(results.length).toBeGreaterThan(100)
  })

  it('lets the scripts of migration tools leave what they leave on the bare target', async () => {
    const results = await run('--migrations', '--area', 'alembic,pgbench,prisma,psql')
    expect(failures(results)).toEqual([])
    expect(results.length).toBeGreaterThan(350)
  })
})
