import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile, syncFolder } from '@wardgate/state-file'
import type { Logger as Log } from '@wardgate/logger'
import { z } from 'zod'

const schema = z.object({ agentId: z.string() })

/**
 * The folder of this agent's spool. Evidence is numbered by agent, and the control plane takes no numbers that it has not
 * seen the beginning of: what an earlier identity left here is kept beside, and a spool of its own begins.
 */
export function claimSpool(stateFolder: string, agentId: string, log: Pick<Log, 'warn'>): string {
  const folder = join(stateFolder, 'spool')
  const owner = ownerOf(stateFolder)
  if (owner === agentId) return folder
  if (owner !== undefined && existsSync(folder)) {
    const kept = unused(join(stateFolder, `spool-of-${owner}`))
    renameSync(folder, kept)
    syncFolder(stateFolder)
    log.warn({ formerAgentId: owner, kept }, 'the spool of an earlier identity is kept beside')
  }
  replaceFile(ownerPath(stateFolder), `${JSON.stringify({ agentId })}\n`)
  return folder
}

function ownerPath(stateFolder: string): string {
  return join(stateFolder, 'spool-owner.json')
}

/** Undefined when nobody is named: the spool is of a version that did not name its owner, or there is none. */
function ownerOf(stateFolder: string): string | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(ownerPath(stateFolder), 'utf8'))).agentId
  } catch {
    return undefined
  }
}

function unused(path: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? path : `${path}-${number}`
    if (!existsSync(candidate)) return candidate
  }
}
