export { asciicast, type AsciicastOptions } from './asciicast'
export {
  maxChunkBytes,
  parseChunk,
  type Chunk,
  type ChunkHeader,
  type FramePart,
  type Recorded,
} from './format'
export { createRecordingWriter, type RecordingWriter, type RecordingWriterOptions } from './writer'
export { chunkAt, readChunks, readRecording, type ReadOptions, type RecordingEvent } from './reader'
export { manifest, type RecordingManifest } from './manifest'
