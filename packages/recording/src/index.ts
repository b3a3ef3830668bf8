export { maxChunkBytes, parseChunk, type Chunk, type ChunkHeader } from './format'
export { createRecordingWriter, type RecordingWriter, type RecordingWriterOptions } from './writer'
export { chunkAt, readChunks, readRecording, type ReadOptions, type RecordingEvent } from './reader'
export { manifest, type RecordingManifest } from './manifest'
