import { tilePath, tilesOfLevel, tileWidth } from '@wardgate/audit-log'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '../../cli-error'

/** The entries of a folder in the layout of C2SP tlog-tiles, from the first on. */
export function* readTiles(folder: string): Generator<{ leaf: string }, void, undefined> {
  const size = sizeOf(readFileSync(join(folder, 'checkpoint'), 'utf8'))
  for (const address of tilesOfLevel('entries', size)) {
    const partial = join(folder, tilePath(address))
    // A log that has grown since keeps the full tile only; its first entries are the same.
    const full = join(folder, tilePath({ ...address, width: tileWidth }))
    const file = existsSync(partial) ? partial : full
    if (!existsSync(file)) throw new CliError('no', `the log is incomplete: ${partial} is missing`)
    yield* entriesOf(readFileSync(file), file)
  }
}

/** C2SP tlog-checkpoint: the second line is the size. Whether it is signed is the verifier's question. */
function sizeOf(unverifiedNote: string): number {
  const size = Number(unverifiedNote.split('\n')[1])
  if (Number.isSafeInteger(size) && size >= 0) return size
  throw new CliError('no', 'the checkpoint is malformed')
}

/** C2SP tlog-tiles: each entry after its length in 16 bits, big-endian. */
function* entriesOf(tile: Buffer, file: string): Generator<{ leaf: string }, void, undefined> {
  for (let at = 0; at < tile.length;) {
    const end = at + 2 + (at + 2 <= tile.length ? tile.readUInt16BE(at) : Infinity)
    if (end > tile.length) throw new CliError('no', `${file} is cut short`)
    yield { leaf: tile.toString('utf8', at + 2, end) }
    at = end
  }
}
