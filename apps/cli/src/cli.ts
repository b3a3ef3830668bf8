import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { CliError } from './cli-error'

/** Everything a command touches outside itself; tests pass their own. */
export interface Cli {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** The words that run this program again. */
  readonly self: readonly string[]
  readonly stdinIsTty: boolean
  readonly stdoutIsTty: boolean
  readonly columns: number
  out(text: string | Uint8Array): void
  /** Settles when whoever reads standard output has taken most of it: what has no end waits for it. */
  drained(): Promise<void>
  err(text: string): void
  readStdin(): Promise<string>
  /** Asks on the terminal; a secret answer is not shown. */
  ask(question: string, secret: boolean): Promise<string>
  openBrowser(url: string): void
  now(): number
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  readonly signal: AbortSignal
}

const maxStdinBytes = 16 * 1024 * 1024

export function processCli(signal: AbortSignal): Cli {
  return {
    env: process.env,
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
    self: [process.execPath, ...process.argv.slice(1, 2)],
    stdinIsTty: process.stdin.isTTY,
    stdoutIsTty: process.stdout.isTTY,
    columns: process.stdout.columns || 100,
    out: (text) => void process.stdout.write(text),
    drained: async () => {
      // A pipe is not waited for by its writes: what nobody has read yet would be kept in memory.
      if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain', { signal })
    },
    err: (text) => void process.stderr.write(text),
    readStdin,
    ask,
    openBrowser,
    now: () => Date.now(),
    sleep,
    signal,
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxStdinBytes)
      throw new CliError('usage', `standard input is larger than ${maxStdinBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function ask(question: string, secret: boolean): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  return new Promise((resolve, reject) => {
    lines.once('close', () => {
      reject(new CliError('interrupted', 'no answer'))
    })
    lines.question(question, (answer) => {
      if (secret) process.stderr.write('\n')
      resolve(answer)
      lines.close()
    })
    // After the question was printed, nothing that is typed is echoed.
    if (secret) Object.assign(lines, { _writeToOutput: () => undefined })
  })
}

const browsers = { darwin: 'open', win32: 'explorer' } as const

function openBrowser(url: string): void {
  const command = process.platform in browsers ? browsers[process.platform as 'darwin'] : 'xdg-open'
  const child = spawn(command, [url], { stdio: 'ignore', detached: true })
  // The address is printed too, so a missing browser is no failure.
  child.on('error', () => undefined)
  child.unref()
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    function done(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done, { once: true })
    if (signal?.aborted) done()
  })
}
