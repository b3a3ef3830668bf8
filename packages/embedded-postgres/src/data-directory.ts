import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stopLeftover } from './leftover'
import { giveToServer, reachableByOthers } from './privileges'
import { isShared, locatedIn, locationFile, removeAbandoned, sharedFolder } from './shared-folder'

/** Where the data of a cluster lives: `wanted`, unless the server's user cannot reach that. Made when absent. */
export async function dataDirectory(wanted: string): Promise<string> {
  mkdirSync(dirname(wanted), { recursive: true })
  const directory = locatedAt(wanted) ?? (await chooseDirectory(wanted))
  if (!existsSync(directory)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    giveToServer(directory)
  }
  return directory
}

/** Whether a cluster was made for `wanted`, wherever its data lives. */
export function hasData(wanted: string): boolean {
  return existsSync(join(locatedAt(wanted) ?? wanted, 'PG_VERSION'))
}

/** Ends the server of a cluster, or the making of one, that a killed run left; whether there was any. */
export function stopServerOf(wanted: string): Promise<boolean> {
  return stopLeftover(locatedAt(wanted) ?? wanted)
}

/** Deletes the data of a stopped cluster, wherever it lives, and what was made for it alone. */
export function removeData(wanted: string): void {
  const directory = locatedAt(wanted)
  // What is written there is deleted with all that is in it: only a folder that was made for this is.
  if (directory !== undefined && isShared(dirname(directory)))
    rmSync(dirname(directory), { recursive: true, force: true })
  for (const path of [wanted, locationFile(wanted)]) rmSync(path, { recursive: true, force: true })
}

/** The same for all clusters whose place is said in this folder. */
export function removeAllData(folder: string): void {
  for (const wanted of locatedIn(folder)) removeData(wanted)
}

/** What an earlier start wrote down, even if the server could reach `wanted` by now: the data is there. */
function locatedAt(wanted: string): string | undefined {
  const location = locationFile(wanted)
  const written = existsSync(location) ? readFileSync(location, 'utf8').trim() : ''
  return written === '' ? undefined : written
}

async function chooseDirectory(wanted: string): Promise<string> {
  if (process.getuid?.() !== 0 || reachableByOthers(dirname(wanted))) return wanted
  removeAbandoned()
  const location = locationFile(wanted)
  // Before the folder is there: one without this file beside what was wanted is taken for abandoned.
  writeFileSync(location, '')
  const directory = join(sharedFolder(wanted), 'data')
  // The home was removed by hand: what is left in the shared folder belongs to nobody.
  await stopLeftover(directory)
  rmSync(directory, { recursive: true, force: true })
  writeFileSync(location, `${directory}\n`)
  return directory
}
