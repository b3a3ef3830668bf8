import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { type Instance, root } from './instance'

/** `npm start` as somebody types it: in a group of its own, as a terminal gives it, with all it prints. */
export class AttachedStart {
  readonly ended: Promise<number | null>
  private printed = ''
  private readonly npm: ChildProcess
  private readonly watchers = new Set<() => void>()

  constructor(instance: Instance, ...flags: string[]) {
    const args = ['start', ...(flags.length > 0 ? ['--', ...flags] : [])]
    const options = { cwd: root, env: instance.environment(), detached: true }
    this.npm = spawn('npm', args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.npm.stdout, this.npm.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.onText(text))
    this.ended = once(this.npm, 'close').then(([code]) => code as number | null)
  }

  get output(): string {
    return this.printed
  }

  /** Resolves when it has printed these words; rejects when it ends without. */
  async prints(words: string): Promise<void> {
    const printed = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!this.printed.includes(words)) return
        this.watchers.delete(look)
        resolve()
      }
      this.watchers.add(look)
      look()
    })
    const early = this.ended.then((code) => {
      throw new Error(`it ended with ${code} before it printed "${words}":\n${this.printed}`)
    })
    await Promise.race([printed, early])
  }

  /** As Ctrl-C in a terminal, or another signal to all that runs in it. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal)
  }

  /** As by whoever knows of npm alone. */
  signalNpm(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  private get pid(): number {
    if (this.npm.pid === undefined) throw new Error('npm was not started')
    return this.npm.pid
  }

  private onText(text: string): void {
    this.printed += text
    for (const look of [...this.watchers]) look()
  }
}

/** What runs for an instance, by whatever names it: its home, or the ports of those that know no home. */
export function partsOf({ home, portBase }: Instance): string[] {
  const words = [
    home,
    `-p ${portBase + 4} `,
    `-p ${portBase + 5} `,
    `SHOP_API_PORT=${portBase + 7}`,
  ]
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({ line: ofProcess(pid, 'cmdline'), environment: ofProcess(pid, 'environ') }))
    .filter(({ line, environment }) =>
      words.some((word) => `${line} ${environment}`.includes(word)),
    )
    .map(({ line }) => line)
}

function ofProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ')
  } catch {
    // It ended meanwhile.
    return ''
  }
}
