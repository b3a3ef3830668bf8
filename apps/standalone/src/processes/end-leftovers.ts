import { sendSignal } from '@wardgate/state-file'
import { setTimeout as delay } from 'node:timers/promises'
import { endDatabases } from '../databases'
import { guardName, isAlive, type Leftover } from './ledger'

const stopLimitMillis = 15_000
const guardLimitMillis = 45_000
const pollMillis = 50
/** A runner ends its parts one after the other. */
export const runnerLimitMillis = 90_000

/**
 * Ends what a killed run left: its guard is at that already, and what that leaves is ended here. Whether there was any. A database
 * that was started just before the kill is written down nowhere; programs of ours end by themselves then.
 */
export async function endLeftovers(home: string, leftovers: readonly Leftover[]): Promise<boolean> {
  for (const guard of leftovers.filter(({ name }) => name === guardName))
    if (!(await hasEnded(guard, guardLimitMillis))) await end(guard)
  // Databases last, so that the others can hand over what they have.
  const isDatabase = ({ signal }: Leftover): boolean => signal === 'SIGINT'
  await Promise.all(leftovers.filter((entry) => !isDatabase(entry)).map(end))
  await Promise.all(leftovers.filter(isDatabase).map(end))
  return (await endDatabases(home)) || leftovers.length > 0
}

async function end(entry: Leftover): Promise<void> {
  send(entry, entry.signal ?? 'SIGTERM')
  while (!(await hasEnded(entry, stopLimitMillis))) send(entry, 'SIGKILL')
}

/** Whether it has, within the limit. */
export async function hasEnded(entry: Leftover, limitMillis: number): Promise<boolean> {
  const deadline = Date.now() + limitMillis
  while (isAlive(entry)) {
    if (Date.now() > deadline) return false
    await delay(pollMillis)
  }
  return true
}

export function send(entry: Leftover, signal: NodeJS.Signals): void {
  if (isAlive(entry)) sendSignal(entry.pid, signal)
}
