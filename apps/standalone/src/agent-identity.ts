import { X509Certificate } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Settings } from './settings'

/** The agent renews well before the end; what is about to end would do so while it starts. */
const marginMillis = 60_000
const schema = z.object({ chain: z.string() })

/** Whether the agent can attach with what it has: its certificate ends a day after the agent last ran. */
export function hasIdentity(settings: Pick<Settings, 'home'>): boolean {
  try {
    const { chain } = schema.parse(JSON.parse(readFileSync(identityFile(settings), 'utf8')))
    return Date.parse(new X509Certificate(chain).validTo) > Date.now() + marginMillis
  } catch {
    // Lost, or damaged: a new one is as good.
    return false
  }
}

/** Makes the agent enrol again, with the token that it is given. */
export function forgetIdentity(settings: Pick<Settings, 'home'>): void {
  rmSync(identityFile(settings), { force: true })
}

/** The agent's exit codes after which it is not started again, each with what to do. */
export function lastingEnds(settings: Pick<Settings, 'home'>): Readonly<Record<number, string>> {
  const joinAnew = `Remove ${identityFile(settings)} and start again: it joins anew.`
  return {
    3: `The control plane rejects the agent, as one that was revoked. ${joinAnew}`,
    4: `What is in ${join(settings.home, 'agent/spool')} was altered or lost: keep it as evidence.`,
  }
}

function identityFile({ home }: Pick<Settings, 'home'>): string {
  return join(home, 'agent/identity.json')
}
