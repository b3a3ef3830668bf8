import {
  CommandShape,
  FileAction as WireFileAction,
  ForwardDirection,
  type Operation as WireOperation,
  ReplicationMode,
  type RequestOperation as WireRequest,
  ValueFormat,
} from '@wardgate/contract'
import type { FileAction, Operation, RequestBody, RequestOperation } from '@wardgate/gateway'
import { bytesToWire, functionCallToWire, statementToWire } from './statement'

const shapes = {
  exec: CommandShape.COMMAND_SHAPE_EXEC,
  shell: CommandShape.COMMAND_SHAPE_SHELL,
} as const

const fileActions: Readonly<Record<FileAction, WireFileAction>> = {
  read: WireFileAction.FILE_ACTION_READ,
  write: WireFileAction.FILE_ACTION_WRITE,
  append: WireFileAction.FILE_ACTION_APPEND,
  list: WireFileAction.FILE_ACTION_LIST,
  stat: WireFileAction.FILE_ACTION_STAT,
  rename: WireFileAction.FILE_ACTION_RENAME,
  remove: WireFileAction.FILE_ACTION_REMOVE,
  mkdir: WireFileAction.FILE_ACTION_MKDIR,
  rmdir: WireFileAction.FILE_ACTION_RMDIR,
  setstat: WireFileAction.FILE_ACTION_SETSTAT,
  symlink: WireFileAction.FILE_ACTION_SYMLINK,
  link: WireFileAction.FILE_ACTION_LINK,
  readlink: WireFileAction.FILE_ACTION_READLINK,
  realpath: WireFileAction.FILE_ACTION_REALPATH,
}

const directions = {
  out: ForwardDirection.FORWARD_DIRECTION_OUT,
  in: ForwardDirection.FORWARD_DIRECTION_IN,
} as const

const replicationModes = {
  physical: ReplicationMode.REPLICATION_MODE_PHYSICAL,
  logical: ReplicationMode.REPLICATION_MODE_LOGICAL,
} as const

export function operationToWire(operation: Operation): WireOperation {
  return { kind: kindToWire(operation) }
}

function kindToWire(operation: Operation): NonNullable<WireOperation['kind']> {
  switch (operation.kind) {
    case 'statement':
      return { $case: 'statement', value: statementToWire(operation) }
    case 'function-call':
      return { $case: 'functionCall', value: functionCallToWire(operation) }
    case 'replication': {
      const { mode, command, text } = operation
      return { $case: 'replication', value: { mode: replicationModes[mode], command, text } }
    }
    case 'request':
      return { $case: 'request', value: requestToWire(operation) }
    case 'message': {
      const { channel, format, data } = operation
      const value = { channel, format: formats[format], data: bytesToWire(data) }
      return { $case: 'message', value }
    }
    case 'tool-call': {
      const { method, name, arguments: given, extra = '' } = operation
      return { $case: 'toolCall', value: { method, name, arguments: given, extra } }
    }
    case 'command': {
      const { shape, environment, ...rest } = operation
      const value = { ...rest, shape: shapes[shape], environment: [...environment] }
      return { $case: 'command', value: { ...value, directory: rest.directory } }
    }
    case 'file': {
      const { action, path, destination, detail = '' } = operation
      return { $case: 'file', value: { action: fileActions[action], path, destination, detail } }
    }
    case 'forward': {
      const { direction, host, port } = operation
      return { $case: 'forward', value: { direction: directions[direction], host, port } }
    }
  }
}

const formats = {
  text: ValueFormat.VALUE_FORMAT_TEXT,
  binary: ValueFormat.VALUE_FORMAT_BINARY,
} as const

function requestToWire(request: RequestOperation): WireRequest {
  const { method, scheme, authority, path, query, headers, body, traceparent = '' } = request
  return {
    method,
    scheme,
    authority,
    path,
    query,
    headers: headers.map(({ name, value }) => ({ name, value })),
    body: bodyToWire(body),
    traceparent,
  }
}

function bodyToWire(body: RequestBody): WireRequest['body'] {
  switch (body.kind) {
    case 'none':
      return undefined
    case 'whole':
      return {
        $case: 'whole',
        value: { mediaType: body.mediaType, data: bytesToWire(body.bytes) },
      }
    case 'unread': {
      const length = body.length === undefined ? undefined : BigInt(body.length)
      return { $case: 'unread', value: { mediaType: body.mediaType, length } }
    }
  }
}
