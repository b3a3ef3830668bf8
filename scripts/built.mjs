// Compiled files, which are compiled first where an update of the sources has brought them and nothing was started since.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { prepare } from './prepare.mjs'
import { root } from './root.mjs'

/** Imports a compiled module. */
export async function built(path) {
  return import(pathToFileURL(await builtFile(path)).href)
}

/** Where a compiled file is. */
export async function builtFile(path) {
  const file = join(root, path)
  if (!existsSync(file)) await prepare()
  return file
}
