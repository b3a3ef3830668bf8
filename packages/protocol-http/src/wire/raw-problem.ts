import { STATUS_CODES } from 'node:http'
import type { Problem } from '../errors'

/** An answer to bytes that are no request, written without a server: it ends the connection. */
export function rawProblem({ status, headers, body }: Problem): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = `content-length: ${Buffer.byteLength(body)}\r\n`
  const start = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  return Buffer.from(`${start}${lines.join('')}${length}connection: close\r\n\r\n${body}`)
}
