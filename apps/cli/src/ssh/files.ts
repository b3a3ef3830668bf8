import { renameSync, writeFileSync } from 'node:fs'

/** Written beside and renamed: never a key that others may read, never half a configuration. */
export function replaceOwnFile(file: string, content: string, mode = 0o600): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, content, { mode, flag: 'wx' })
  renameSync(draft, file)
}

/** One word for a POSIX shell. */
export function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
