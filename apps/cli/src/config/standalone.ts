import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'

/** What `.wardgate/standalone.json` names, as far as the command line needs it. */
export interface Standalone {
  readonly file: string
  readonly url: string
  readonly postgres?: { readonly host: string; readonly port: number }
  readonly ssh?: { readonly host: string; readonly port: number }
  readonly tokens: Readonly<Record<string, readonly string[]>>
}

/** From WARDGATE_HOME, else from the nearest `.wardgate` folder upwards. Undefined when there is none. */
export function findStandalone(cli: Cli): Standalone | undefined {
  const home = cli.env['WARDGATE_HOME']
  if (home !== undefined && home !== '') return readStandalone(resolve(cli.cwd, home))
  for (let folder = cli.cwd; ; folder = dirname(folder)) {
    const found = readStandalone(join(folder, '.wardgate'))
    if (found || dirname(folder) === folder) return found
  }
}

function readStandalone(home: string): Standalone | undefined {
  const file = join(home, 'standalone.json')
  if (!existsSync(file)) return undefined
  refuseForeign(file)
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new CliError('usage', `${file} is not JSON`, 'Start the standalone again.', cause)
  }
  const controlPlane = member(parsed, 'controlPlane')
  const url = member(controlPlane, 'url')
  if (typeof url !== 'string') throw new CliError('usage', `${file} names no control plane`)
  const agents = member(parsed, 'agents')
  const agent: unknown = Array.isArray(agents) ? agents[0] : undefined
  const [postgres, ssh] = [listener(agent, 'postgres'), listener(agent, 'ssh')]
  return {
    file,
    url,
    ...(postgres && { postgres }),
    ...(ssh && { ssh }),
    tokens: tokenCommands(member(parsed, 'tokens')),
  }
}

/** The file names commands that are run: one that somebody else could have written is refused. */
function refuseForeign(file: string): void {
  const { uid, mode } = statSync(file)
  const own = process.getuid === undefined || uid === process.getuid()
  if (own && (mode & 0o022) === 0) return
  throw new CliError(
    'usage',
    `${file} belongs to another user or can be written by others, so the commands in it are not run`,
    'Start the standalone as the same user, or name the server with --server.',
  )
}

function listener(
  agent: unknown,
  protocol: string,
): { readonly host: string; readonly port: number } | undefined {
  const found = member(member(agent, 'listeners'), protocol)
  const host = member(found, 'host')
  const port = member(found, 'port')
  return typeof host === 'string' && typeof port === 'number' ? { host, port } : undefined
}

function tokenCommands(tokens: unknown): Record<string, readonly string[]> {
  if (typeof tokens !== 'object' || tokens === null) return {}
  return Object.fromEntries(
    Object.entries(tokens).flatMap(([name, argv]: [string, unknown]) =>
      Array.isArray(argv) && argv.length > 0 && argv.every((part) => typeof part === 'string')
        ? [[name, argv]]
        : [],
    ),
  )
}

export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

const tokenTimeoutMilliseconds = 15_000

/** Runs the command of an identity (`ai-agent` or `aiAgent`) and gives the token it prints. */
export async function standaloneToken(standalone: Standalone, identity: string): Promise<string> {
  const camel = identity.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const [command, ...args] = standalone.tokens[camel] ?? []
  if (command === undefined) {
    const known = Object.keys(standalone.tokens).map(dashed).join(', ')
    throw new CliError(
      'usage',
      `the standalone has no identity ${identity}`,
      `Use one of: ${known}`,
    )
  }
  const { code, output, error } = await capture(command, args)
  if (code === 0 && output.trim() !== '') return output.trim()
  throw new CliError(
    'unavailable',
    `no token for ${identity}: ${error.trim() || `exit code ${code}`}`,
    'Is the standalone running? Start it with npm start.',
  )
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function capture(
  command: string,
  args: readonly string[],
): Promise<{ code: number; output: string; error: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: tokenTimeoutMilliseconds,
    })
    let output = ''
    let error = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output, error })
    })
  })
}
