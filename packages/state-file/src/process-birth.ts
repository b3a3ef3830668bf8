import { readFileSync } from 'node:fs'

/**
 * Field 22 of /proc/<pid>/stat (proc(5)): start time in clock ticks after boot. Process numbers come again; the time of birth tells
 * one from the other. `-` where there is no such process, it has ended and only its parent does not know yet, or no procfs.
 */
export function processBirth(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = 'Z', ...later] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? '-' : (later[18] ?? '-')
  } catch {
    return '-'
  }
}
