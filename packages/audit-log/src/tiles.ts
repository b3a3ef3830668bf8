import { InternalError } from '@wardgate/errors'
import { hashBytes } from './hash'
import { packLeaves } from './packed-leaves'

/** C2SP tlog-tiles: hashes a full tile holds. */
export const tileWidth = 256

/** Levels of the tree that one level of tiles spans. */
export const tileHeight = 8

export interface TileAddress {
  /** 0 holds leaf hashes, 1 the roots of full level-0 tiles, and so on; `entries` the leaves themselves. */
  readonly level: number | 'entries'
  readonly index: number
  /** 1 to 256; less than 256 is a partial tile at the right edge. */
  readonly width: number
}

/** `tile/0/x001/x234/067`, with `.p/W` for a partial tile. */
export function tilePath({ level, index, width }: TileAddress): string {
  const partial = width === tileWidth ? '' : `.p/${width}`
  return `tile/${level}/${indexPath(index)}${partial}`
}

/** The address that `tilePath` wrote; undefined for any other text, a second spelling included. */
export function parseTilePath(rawPath: string): TileAddress | undefined {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(
    rawPath,
  )
  if (match === null) return undefined
  const [, level = '', groups = '', width] = match
  const address: TileAddress = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replace(/[x/]/g, '')),
    width: width === undefined ? tileWidth : Number(width),
  }
  if (address.width < 1 || (address.level !== 'entries' && address.level > 63)) return undefined
  return tilePath(address) === rawPath ? address : undefined
}

function indexPath(index: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const groups = padded.match(/\d{3}/g) ?? []
  return groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/')
}

/** The tiles that a log of `size` entries has at this level, the partial one last. */
export function* tilesOfLevel(level: number | 'entries', size: number): Generator<TileAddress> {
  const nodes = level === 'entries' ? size : Math.floor(size / tileWidth ** level)
  const full = Math.floor(nodes / tileWidth)
  for (let index = 0; index < full; index++) yield { level, index, width: tileWidth }
  if (nodes % tileWidth > 0) yield { level, index: full, width: nodes % tileWidth }
}

/** A hash tile: its hashes, concatenated. */
export function encodeTile(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length < 1 || hashes.length > tileWidth) {
    throw new InternalError(`a tile holds 1 to ${tileWidth} hashes`)
  }
  const tile = new Uint8Array(hashes.length * hashBytes)
  hashes.forEach((hash, i) => tile.set(hash, i * hashBytes))
  return tile
}

/** An entry bundle: each leaf after its length in 16 bits, big-endian. */
export function encodeEntryTile(leaves: readonly string[]): Uint8Array {
  if (leaves.length < 1 || leaves.length > tileWidth) {
    throw new InternalError(`an entry tile holds 1 to ${tileWidth} entries`)
  }
  return packLeaves(leaves).leaves
}
