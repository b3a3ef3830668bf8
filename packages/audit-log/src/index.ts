export { canonicalJson, canonicalString, type JsonValue } from './canonical-json'
export { encodeEntry, encodeEntryAround, entryTime, maxLeafBytes, type AuditEntry } from './entry'
export { LeafPacker, unpackLeaves, type PackedLeaves } from './packed-leaves'
export { emptyRoot, hashBytes, leafHash, nodeHash, unpackHashes } from './hash'
export { Frontier } from './frontier'
export { coveringSubtrees, type Subtree } from './subtrees'
export { readerOverLeafHashes, type HashReader, type LeafHashSource } from './hash-reader'
export { consistencyProof, inclusionProof } from './proofs'
export { signNote, verifierKey, type NoteKey } from './note'
export { signCheckpoint, type Checkpoint } from './checkpoint'
export {
  encodeEntryTile,
  encodeTile,
  parseTilePath,
  tileHeight,
  tilePath,
  tilesOfLevel,
  tileWidth,
  type TileAddress,
} from './tiles'
export {
  writeBundle,
  type BundleInput,
  type RecordingReference,
  type SignedCheckpoint,
  type SpoolRange,
  type StoredEntry,
} from './bundle'
export { writeDamagedBundle, type DamagedBundleInput, type Run } from './damaged-bundle'
