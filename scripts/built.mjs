// A compiled module, which is compiled first where an update of the sources has brought it and nothing was started since.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { prepare } from './prepare.mjs'
import { root } from './root.mjs'

export async function built(path) {
  const file = join(root, path)
  if (!existsSync(file)) await prepare()
  return import(pathToFileURL(file).href)
}
