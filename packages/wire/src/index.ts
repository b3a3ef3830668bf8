export { ChunkAssembler } from './chunk-assembler'
export { ByteReader } from './byte-reader'
export { ByteWriter } from './byte-writer'
export { readRequestPath, type PathRules, type RequestPath } from './request-path'
