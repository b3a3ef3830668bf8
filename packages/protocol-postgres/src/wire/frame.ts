import { ByteWriter } from '@wardgate/wire'

/** One tagged message: code, length (which counts itself but not the code), body. */
export function frame(code: number, write?: (body: ByteWriter) => void): Buffer {
  const writer = new ByteWriter(64).u8(code).i32(0)
  write?.(writer)
  return writer.patchI32(1, writer.length - 1).finish()
}

/** An untagged message, as at the start of a connection. */
export function untaggedFrame(write: (body: ByteWriter) => void): Buffer {
  const writer = new ByteWriter(256).i32(0)
  write(writer)
  return writer.patchI32(0, writer.length).finish()
}
