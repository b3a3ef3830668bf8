import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProcess } from '../../support/instance'
import { sharedInstance } from '../../support/shared-instance'
import { startTokenRelay, type TokenRelay } from '../../support/token-relay'
import { startFull, type McpServer } from './mcp-server'
import { registerHttp } from './register'

jest.setTimeout(120_000)

const suite = join(__dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js')
const settings = {
  profile: 'mcp',
  mcp: { serverRequests: ['sampling/createMessage', 'elicitation/create', 'roots/list', 'ping'] },
}

let server: McpServer
let relay: TokenRelay

beforeAll(async () => {
  server = await startFull()
  const { port } = server
  const url = await registerHttp(sharedInstance, { name: 'mcp-suite', port, settings })
  relay = await startTokenRelay(url, await sharedInstance.token('aiAgent'))
})

afterAll(async () => {
  await relay.stop()
  await server.stop()
})

/** Runs the official suite; by check, what it found. */
async function verdicts(url: string): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-mcp-'))
  try {
    const args = [suite, 'server', '--url', url, '--suite', 'all', '--output-dir', folder]
    await runProcess(process.execPath, args, process.env)
    const found = readdirSync(folder).flatMap((run) => {
      const file = join(folder, run, 'checks.json')
      const checks = JSON.parse(readFileSync(file, 'utf8')) as { id: string; status: string }[]
      const scenario = run.replace(/-\d{4}-.*$/, '')
      return checks.map(({ id, status }) => [`${scenario}/${id}`, status] as const)
    })
    return Object.fromEntries(found)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What the suite may say of a check besides that it failed. */
const harmless = new Set(['SUCCESS', 'INFO'])

it('ends every scenario of the official suite as the server does on its own', async () => {
  const direct = await verdicts(`http://127.0.0.1:${server.port}/mcp`)
  const through = await verdicts(`${relay.url}/mcp`)
  // A suite that could not run would find everything alike.
  expect(new Set(Object.keys(direct).map(scenarioOf)).size).toBe(32)
  expect(Object.values(direct).filter((status) => !harmless.has(status))).toEqual([])
  expect(through).toEqual(direct)
})

function scenarioOf(check: string): string {
  return check.split('/')[0] ?? ''
}
