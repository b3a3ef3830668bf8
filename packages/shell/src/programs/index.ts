import { archives } from './archives'
import { builtIns } from './builtins'
import { editors } from './editors'
import { clouds } from './clouds'
import { compilers } from './compilers'
import { containers } from './containers'
import { escapes } from './escapes'
import { files } from './files'
import { find } from './find'
import { git } from './git'
import { interpreters } from './interpreters'
import type { ReadProgram } from './program'
import { searches } from './searches'
import { shells } from './shells'
import { textTools } from './text-tools'
import { transfers } from './transfers'
import { readers } from './readers'
import { webTransfers } from './web-transfers'
import { wrappers } from './wrappers'

/** By name: everything that is known of a program. What is in no table runs, for all that is known, only itself. */
export const programs: ReadonlyMap<string, readonly ReadProgram[]> = merged([
  archives,
  builtIns,
  clouds,
  compilers,
  containers,
  editors,
  escapes,
  files,
  find,
  git,
  interpreters,
  readers,
  searches,
  shells,
  textTools,
  transfers,
  webTransfers,
  wrappers,
])

function merged(
  tables: readonly Readonly<Record<string, ReadProgram>>[],
): ReadonlyMap<string, readonly ReadProgram[]> {
  const all = new Map<string, ReadProgram[]>()
  for (const [name, read] of tables.flatMap((table) => Object.entries(table)))
    all.set(name, [...(all.get(name) ?? []), read])
  return all
}
