import { eventually } from './eventually'
import type { Instance } from './instance'

/** Ends a part of an instance without a word, at once; resolves when another process has taken its place. */
export async function killed(instance: Instance, part: string): Promise<void> {
  const pid = kill(instance, part)
  await eventually(async () => instance.processes().get(part) !== pid || undefined, 60_000)
}

/** Ends a part of an instance without a word, at once; which process it was. */
export function kill(instance: Instance, part: string): number {
  const pid = instance.processes().get(part)
  if (pid === undefined) throw new Error(`no ${part} runs`)
  process.kill(pid, 'SIGKILL')
  return pid
}
