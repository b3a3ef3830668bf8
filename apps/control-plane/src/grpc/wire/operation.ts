import {
  CommandShape,
  type Decide,
  FileAction as WireFileAction,
  ForwardDirection,
  type Operation as WireOperation,
  ReplicationMode,
  type RequestOperation as WireRequest,
  WithdrawReason,
} from '@wardgate/contract'
import type { FileAction, FileOperation, Operation, RequestBody } from '@wardgate/gateway'
import { fromTable, malformed, requireId } from './malformed'
import { functionCallOf, statementOf, valueFormat } from './statement'

const withdrawals = {
  [WithdrawReason.WITHDRAW_REASON_ABANDONED]: 'abandoned',
  [WithdrawReason.WITHDRAW_REASON_HOLD_ELAPSED]: 'hold-elapsed',
} as const

const shapes = {
  [CommandShape.COMMAND_SHAPE_EXEC]: 'exec',
  [CommandShape.COMMAND_SHAPE_SHELL]: 'shell',
} as const

const fileActions: Readonly<Record<number, FileAction>> = {
  [WireFileAction.FILE_ACTION_READ]: 'read',
  [WireFileAction.FILE_ACTION_WRITE]: 'write',
  [WireFileAction.FILE_ACTION_APPEND]: 'append',
  [WireFileAction.FILE_ACTION_LIST]: 'list',
  [WireFileAction.FILE_ACTION_STAT]: 'stat',
  [WireFileAction.FILE_ACTION_RENAME]: 'rename',
  [WireFileAction.FILE_ACTION_REMOVE]: 'remove',
  [WireFileAction.FILE_ACTION_MKDIR]: 'mkdir',
  [WireFileAction.FILE_ACTION_RMDIR]: 'rmdir',
  [WireFileAction.FILE_ACTION_SETSTAT]: 'setstat',
  [WireFileAction.FILE_ACTION_SYMLINK]: 'symlink',
  [WireFileAction.FILE_ACTION_LINK]: 'link',
  [WireFileAction.FILE_ACTION_READLINK]: 'readlink',
  [WireFileAction.FILE_ACTION_REALPATH]: 'realpath',
}

const directions = {
  [ForwardDirection.FORWARD_DIRECTION_OUT]: 'out',
  [ForwardDirection.FORWARD_DIRECTION_IN]: 'in',
} as const

const replicationModes = {
  [ReplicationMode.REPLICATION_MODE_PHYSICAL]: 'physical',
  [ReplicationMode.REPLICATION_MODE_LOGICAL]: 'logical',
} as const

const schemes = ['http', 'https'] as const

export function withdrawReason(raw: WithdrawReason): 'abandoned' | 'hold-elapsed' {
  return fromTable(withdrawals, raw, 'reason of withdrawal')
}

export function operationOf(raw: Decide): { id: string; operation: Operation } {
  return { id: requireId(raw.operationId, 'operation id'), operation: toOperation(raw.operation) }
}

function toOperation(raw: WireOperation | undefined): Operation {
  const kind = raw?.kind
  switch (kind?.$case) {
    case 'statement':
      return statementOf(kind.value)
    case 'functionCall':
      return functionCallOf(kind.value)
    case 'replication': {
      const { mode, command, text } = kind.value
      const known = fromTable(replicationModes, mode, 'mode of replication')
      return { kind: 'replication', mode: known, command, text }
    }
    case 'request':
      return requestOf(kind.value)
    case 'message': {
      const { channel, format, data } = kind.value
      return { kind: 'message', channel, format: valueFormat(format), data }
    }
    case 'toolCall': {
      const { method, name, arguments: given, extra } = kind.value
      const others = extra === '' ? {} : { extra }
      return { kind: 'tool-call', method, name, arguments: given, ...others }
    }
    case 'command': {
      const { shape, text, terminal, environment, directory } = kind.value
      return {
        kind: 'command',
        shape: fromTable(shapes, shape, 'shape'),
        text,
        terminal,
        environment,
        ...(directory === undefined ? {} : { directory }),
      }
    }
    case 'file':
      return fileOf(kind.value)
    case 'forward': {
      const { direction, host, port } = kind.value
      return {
        kind: 'forward',
        direction: fromTable(directions, direction, 'direction'),
        host,
        port,
      }
    }
    case undefined:
      throw malformed('an operation of a kind that is not known')
  }
}

function requestOf(raw: WireRequest): Operation {
  const { method, authority, path, query, headers, traceparent } = raw
  const scheme = schemes.find((known) => known === raw.scheme)
  if (scheme === undefined) throw malformed('a scheme that is not known')
  return {
    kind: 'request',
    method,
    scheme,
    authority,
    path,
    query,
    headers,
    body: bodyOf(raw),
    ...(traceparent === '' ? {} : { traceparent }),
  }
}

function bodyOf({ body }: WireRequest): RequestBody {
  switch (body?.$case) {
    case 'whole':
      return { kind: 'whole', mediaType: body.value.mediaType, bytes: body.value.data }
    case 'unread': {
      const { mediaType, length } = body.value
      return {
        kind: 'unread',
        mediaType,
        length: length === undefined ? undefined : Number(length),
      }
    }
    case undefined:
      return { kind: 'none' }
  }
}

function fileOf(raw: {
  readonly action: WireFileAction
  readonly path: string
  readonly destination?: string | undefined
  readonly detail: string
}): FileOperation {
  const { path, destination, detail } = raw
  return {
    kind: 'file',
    action: fromTable(fileActions, raw.action, 'file action'),
    path,
    ...(destination === undefined ? {} : { destination }),
    ...(detail === '' ? {} : { detail }),
  }
}
