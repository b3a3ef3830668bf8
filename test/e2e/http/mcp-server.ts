import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { eventually } from '../../support/eventually'
import { freePort } from '../../support/free-port'

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

/** Starts a script that serves MCP at `/mcp` on the port that PORT says. */
export async function startMcpServer(args: readonly string[]): Promise<McpServer> {
  const port = await freePort()
  const env = { ...process.env, PORT: String(port) }
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' })
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
