import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cli } from '../cli'
import { runCli } from '../main-cli'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface FakeCliParts {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly cwd?: string
  readonly answers?: readonly string[]
  /** Gets what was done to standard output, in order. */
  readonly output?: ('out' | 'drained')[]
}

/** Runs one command line in this process, in an empty folder unless told otherwise. */
export async function ranCli(args: readonly string[], parts: FakeCliParts = {}): Promise<Ran> {
  const cwd = parts.cwd ?? emptyFolder()
  const answers = [...(parts.answers ?? [])]
  let [out, err] = ['', '']
  const cli: Cli = {
    env: { XDG_CONFIG_HOME: join(cwd, 'config'), ...parts.env },
    cwd,
    self: ['wardgate'],
    stdinIsTty: parts.answers !== undefined,
    stdoutIsTty: false,
    columns: 100,
    out: (text) => {
      parts.output?.push('out')
      out += typeof text === 'string' ? text : Buffer.from(text).toString()
    },
    drained: () => {
      parts.output?.push('drained')
      return Promise.resolve()
    },
    err: (text) => (err += text),
    readStdin: () => Promise.resolve(parts.stdin ?? ''),
    ask: () => Promise.resolve(answers.shift() ?? ''),
    openBrowser: () => undefined,
    now: () => Date.UTC(2026, 10, 22),
    sleep: () => Promise.resolve(),
    signal: new AbortController().signal,
  }
  const code = await runCli(args, cli)
  return { code, out, err }
}

const folders: string[] = []

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Deleted at the end of the spec. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-cli-'))
  folders.push(folder)
  return folder
}
