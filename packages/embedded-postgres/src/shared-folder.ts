import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { isServed } from './leftover'

const everybodys = '/var/lib/wardgate'
const purposeFile = 'purpose'
const locationEnding = '.location'

/** A folder outside of root's private ones, the same for the same `purpose` at every start. */
export function sharedFolder(purpose: string, root = everybodys): string {
  const name = createHash('sha256').update(purpose).digest('hex').slice(0, 16)
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  // Whatever the umask took away, now or at an earlier start.
  for (const made of [root, folder]) chmodSync(made, 0o755)
  writeFileSync(join(folder, purposeFile), `${purpose}\n`)
  return folder
}

/**
 * Removes the data of clusters whose temporary folder is gone: whoever removes that knows nothing of this one. Only
 * temporary folders count: another one may be a volume that is not mounted now.
 */
export function removeAbandoned(root = everybodys): void {
  for (const name of existsSync(root) ? readdirSync(root) : []) {
    const folder = join(root, name)
    if (isAbandoned(folder)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function isAbandoned(folder: string): boolean {
  const file = join(folder, purposeFile)
  if (!existsSync(file)) return false
  const purpose = readFileSync(file, 'utf8').trimEnd()
  const isTemporary = purpose.startsWith(tmpdir() + sep)
  const data = join(folder, 'data')
  return isTemporary && existsSync(data) && !existsSync(locationFile(purpose)) && !isServed(data)
}

/** Beside the folder that was wanted: says where its data is instead, and that somebody still wants it. */
export function locationFile(wanted: string): string {
  return `${wanted}${locationEnding}`
}

/** The wanted folders in this one whose data is elsewhere. */
export function locatedIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(locationEnding))
    .map((name) => join(folder, name.slice(0, -locationEnding.length)))
}

/** Whether it is a folder that `sharedFolder` makes. */
export function isShared(folder: string, root = everybodys): boolean {
  return dirname(folder) === root
}
