import { freePort, leashed } from '@wardgate/gateway/testing'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { eventually } from '../../support/eventually'

export interface McpServer {
  readonly port: number
  stop(): Promise<void>
}

const modules = join(__dirname, '../../node_modules')
const everything = join(modules, '@modelcontextprotocol/server-everything/dist/index.js')

/** The reference server of the Model Context Protocol, which has everything that a server may have. */
export function startEverything(): Promise<McpServer> {
  return startMcpServer([everything, 'streamableHttp'])
}

const full = join(__dirname, 'servers/mcp-full.mjs')

/** A server of our own that passes every scenario of the official suite. */
export function startFull(): Promise<McpServer> {
  return startMcpServer([full])
}

const stateless = join(__dirname, 'servers/mcp-stateless.mjs')

/** A server of the official SDK that speaks 2026-07-28, whose tool says this of itself. */
export function startStateless(description: string, port?: number): Promise<McpServer> {
  return startMcpServer([stateless], { DESCRIPTION: description }, port)
}

/** Starts a script that serves MCP at `/mcp` on the port that PORT says. */
export async function startMcpServer(
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
  given?: number,
): Promise<McpServer> {
  const port = given ?? (await freePort())
  const env = { ...process.env, ...variables, PORT: String(port) }
  const child = leashed(spawn(process.execPath, args, { env, stdio: 'ignore' }))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await eventually(() =>
    fetch(`http://127.0.0.1:${port}/mcp`).then(
      (): true => true,
      () => undefined,
    ),
  )
  return {
    port,
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
