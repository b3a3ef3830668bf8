import { isUtf8 } from 'node:buffer'
import { LimitError, TargetError } from '@wardgate/errors'
import { binaryOutput, textFile } from '../channels/output-type'
import type { Permit } from '@wardgate/gateway'
import { openFlags, replies, statuses } from './codes'
import type { OpenFile } from './open-file'
import { bytesOf, statusOf } from './replies'
import type { UpstreamFiles } from './upstream-files'

const chunkBytes = 64 * 1024

/** Media types that a masker reads by their structure; everything else that is text is read as text. */
const types: Readonly<Record<string, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  xml: 'application/xml',
}

/**
 * The file as the client may see it. It is read whole, because clients read at any offset and in any order, and a
 * masker has to see what comes before.
 */
export async function readMasked(
  files: UpstreamFiles,
  file: Readable,
  maxBytes: number,
): Promise<Buffer> {
  const content = await readWhole(files, file, maxBytes)
  // Throws when the plan does not let pass what no masker can read.
  const masker = file.permit.body(typeOf(file.path, content))
  if (!masker.active) return content
  const masked = Buffer.concat([masker.write(content), masker.end()])
  file.maskedCells += masker.maskedCells
  return masked
}

interface Asked {
  readonly files: UpstreamFiles
  readonly path: string
  /** For the question what the file is like: nothing of what is read here reaches the client but its length. */
  readonly permit: Permit
}

/** Undefined = it cannot be told: too large, unreadable, or nothing that may be read. */
export async function maskedSizeOf(
  { files, path, permit }: Asked,
  maxBytes: number,
): Promise<number | undefined> {
  const open = { id: 0, kind: 'open', path, flags: openFlags.read, attributes: {} } as const
  const opened = await files.request(open, permit)
  if (opened.type !== replies.handle) return undefined
  const handle = bytesOf(opened)
  try {
    const content = await readMasked(files, { path, handle, permit, maskedCells: 0 }, maxBytes)
    return content.length
  } catch {
    return undefined
  } finally {
    await files.request({ id: 0, kind: 'close', handle }, permit, handle)
  }
}

type Readable = Pick<OpenFile, 'path' | 'handle' | 'permit'> & { maskedCells: number }

async function readWhole(files: UpstreamFiles, file: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let size = 0; ;) {
    const request = { id: 0, kind: 'read', offset: BigInt(size), length: chunkBytes } as const
    const reply = await files.request({ ...request, handle: file.handle }, file.permit, file.handle)
    const status = statusOf(reply)
    if (status?.code === statuses.eof) return Buffer.concat(chunks)
    if (reply.type !== replies.data)
      throw new TargetError(
        'ERR_TARGET_LOST',
        `the target does not give out the file: ${status?.message ?? 'no data'}`,
      )
    const bytes = bytesOf(reply)
    chunks.push(bytes)
    size += bytes.length
    if (size > maxBytes) {
      const message = `the file is larger than ${maxBytes} bytes, and something in it may have to be masked`
      const nextStep = 'Read a smaller file, or have an administrator raise `scanMaxBytes`.'
      throw new LimitError('ERR_LIMIT_SCAN', message, { nextStep })
    }
  }
}

function typeOf(path: string, content: Buffer): string {
  if (content.includes(0) || !isUtf8(content)) return binaryOutput
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  return types[extension] ?? textFile
}
