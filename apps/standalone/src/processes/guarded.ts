import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { logFolder } from '../home'
import { guardName, type Ledger } from './ledger'

const script = join(__dirname, 'guard.js')
const restartDelayMillis = 1000

/** Keeps a guard beside this process, which ends all others should this one be killed. */
export class Guarded {
  private process: ChildProcess | undefined
  private isStopped = false
  private readonly home: string
  private readonly ledger: Ledger

  constructor(home: string, ledger: Ledger) {
    this.home = home
    this.ledger = ledger
  }

  start(): void {
    if (this.isStopped) return
    const log = openSync(join(logFolder(this.home), 'guard.log'), 'a', 0o600)
    const guard = spawn(process.execPath, [script, this.home], {
      stdio: ['pipe', log, log],
      // What is sent to the group of this process must not reach the one that comes after it.
      detached: true,
    })
    closeSync(log)
    this.process = guard
    guard.stdin?.on('error', () => undefined)
    if (guard.pid !== undefined)
      this.ledger.add({ name: guardName, pid: guard.pid, marker: script })
    const again = (): void => void setTimeout(() => this.start(), restartDelayMillis).unref()
    guard.once('error', again).once('exit', again)
  }

  /** After all others: there is nothing left to do for it. */
  async stop(): Promise<void> {
    this.isStopped = true
    const guard = this.process
    if (guard?.pid === undefined || guard.exitCode !== null || guard.signalCode !== null) return
    const exited = once(guard, 'exit')
    guard.stdin?.end()
    await exited
  }
}
