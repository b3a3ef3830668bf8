import { closeSync, openSync, readSync } from 'node:fs'
import { TextDecoder } from 'node:util'
import { CliError } from '../../cli-error'

const blockBytes = 1 << 16
/** An entry is at most 64 KiB, and JSON may write each of its bytes as six. */
const maxLineBytes = 1 << 20

/** The lines of a file without their ends, read as they are needed: a bundle may be larger than memory. */
export function* readLines(file: string): Generator<string, void, undefined> {
  const handle = openSync(file, 'r')
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const block = Buffer.alloc(blockBytes)
    let rest = Buffer.alloc(0)
    for (let read = readSync(handle, block); read > 0; read = readSync(handle, block)) {
      const bytes = Buffer.concat([rest, block.subarray(0, read)])
      let start = 0
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
        yield decode(decoder, bytes.subarray(start, end), file)
        start = end + 1
      }
      rest = Buffer.from(bytes.subarray(start))
      if (rest.length > maxLineBytes) throw broken(file, `has a line of over ${maxLineBytes} bytes`)
    }
    // A last line without an end has been cut: it stays recognisable as no line that was written.
    if (rest.length > 0) yield `${decode(decoder, rest, file)} `
  } finally {
    closeSync(handle)
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, file: string): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw broken(file, 'is not UTF-8 text')
  }
}

function broken(file: string, what: string): CliError {
  return new CliError('no', `${file} ${what}: the evidence does not verify`)
}
