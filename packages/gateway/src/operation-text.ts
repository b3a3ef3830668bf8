import type { MessageOperation, Operation, RequestOperation } from './operation'

/** The operation as people read it: on the approval card, in the audit entry, in the recording. */
export function textOf(operation: Operation): string {
  switch (operation.kind) {
    case 'statement':
    case 'replication':
      return operation.text
    case 'command':
      return operation.directory ? `${operation.text}\n(in ${operation.directory})` : operation.text
    case 'function-call':
      return `function ${operation.functionId}`
    case 'request':
      return requestText(operation)
    case 'message':
      return messageText(operation)
    case 'tool-call': {
      const { method, name, arguments: given, extra } = operation
      return [`${method} ${name}`, given, ...(extra === undefined ? [] : [extra])].join('\n')
    }
    case 'file': {
      const { action, path, destination, detail } = operation
      const words = [action, path, ...(destination === undefined ? [] : ['->', destination])]
      return [...words, ...(detail === undefined ? [] : [`(${detail})`])].join(' ')
    }
    case 'forward':
      return `${operation.direction} ${operation.host}:${operation.port}`
  }
}

function requestText(request: RequestOperation): string {
  const { method, scheme, authority, path, query, headers, traceparent, body } = request
  const target = `${scheme}://${authority}${path}${query === '' ? '' : `?${query}`}`
  const head = [`${method} ${target}`, ...headers.map(({ name, value }) => `${name}: ${value}`)]
  if (traceparent !== undefined) head.push(`traceparent: ${traceparent}`)
  return `${head.join('\n')}${bodyText(body)}`
}

function bodyText(body: RequestOperation['body']): string {
  switch (body.kind) {
    case 'none':
      return ''
    case 'whole':
      return `\n\n${shownBytes(body.bytes)}`
    case 'unread':
      return `\n\n(${body.mediaType}, ${body.length ?? 'unknown number of'} bytes, not read)`
  }
}

function messageText({ channel, format, data }: MessageOperation): string {
  return `${channel} ${format === 'text' ? shownBytes(data) : `base64:${asBuffer(data).toString('base64')}`}`
}

/** As text when it is text; otherwise a form that shows every byte. */
function shownBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return `base64:${asBuffer(bytes).toString('base64')}`
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
