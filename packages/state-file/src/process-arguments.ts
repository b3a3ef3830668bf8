import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** A process's arguments, joined by blanks; empty when it is gone. Slim containers have /proc but no ps. */
export function processArguments(pid: number): string {
  try {
    return hasProcfs()
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

export interface RunningProcess {
  readonly pid: number
  /** Joined by blanks. */
  readonly args: string
}

/** All that run now. */
export function everyProcess(): readonly RunningProcess[] {
  if (!hasProcfs()) return listed(execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' }))
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), args: processArguments(Number(name)) }))
}

function listed(lines: string): readonly RunningProcess[] {
  return [...lines.matchAll(/^ *(\d+) (.*)$/gm)].map(([, pid, args = '']) => ({
    pid: Number(pid),
    args,
  }))
}

function hasProcfs(): boolean {
  return existsSync('/proc/self/cmdline')
}
