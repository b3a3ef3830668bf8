import {
  authenticationOk,
  backendKeyData,
  bind,
  close,
  describe,
  execute,
  flush,
  frame,
  fromClient,
  fromUpstream,
  notification,
  parameterStatus,
  parse,
  query,
  readyForQuery,
  responseWithFields,
  startupMessage,
  sync,
  terminate,
} from '../../wire'
import { describeAndRow, type FakeResult } from '../fake-upstream'

/** Must never reach the target. */
export const DENIED = 'DENIED'
/** Waits for an approval. */
export const HELD = 'HELD'
/** Stands in a masked column: must never reach the client. */
export const CANARY = 'CANARY-078-05-1120'
const masked = 'SELECT n, ssn'

export const logIn: readonly Buffer[] = [
  startupMessage([
    ['user', 'shop'],
    ['database', 'shop'],
    ['application_name', 'fuzz'],
  ]),
  frame(fromClient.Password, (body) => body.cstring('token')),
]

const known: Readonly<Record<string, FakeResult>> = {
  'SELECT 1': { columns: ['n'], rows: [['1']], tag: 'SELECT 1' },
  [masked]: {
    columns: ['n', 'ssn'],
    rows: [
      ['1', CANARY],
      ['2', null],
    ],
    tag: 'SELECT 2',
  },
  BEGIN: { columns: [], rows: [], tag: 'BEGIN' },
  COMMIT: { columns: [], rows: [], tag: 'COMMIT' },
  [HELD]: { columns: [], rows: [], tag: 'DELETE 1' },
}

export function resultOf(text: string): FakeResult | undefined {
  return known[text]
}

/** What clients say. */
export const clientMessages: readonly [Buffer, ...Buffer[]] = [
  query('SELECT 1'),
  query(masked),
  query('BEGIN'),
  query('COMMIT'),
  query(DENIED),
  query(HELD),
  query('fails'),
  parse({ name: 's', text: 'SELECT 1', types: [] }),
  parse({ name: 's', text: masked, types: [] }),
  parse({ name: '', text: DENIED, types: [23] }),
  parse({ name: '', text: HELD, types: [] }),
  parse({ name: 'bad', text: 'fails', types: [] }),
  bind({ portal: '', statement: 's', formats: [0], values: [null], resultFormats: [1] }),
  bind({ portal: '', statement: '', formats: [], values: [], resultFormats: [] }),
  bind({ portal: 'p', statement: '', formats: [], values: [Buffer.from('x')], resultFormats: [] }),
  describe({ kind: 'statement', name: 's' }),
  describe({ kind: 'portal', name: '' }),
  execute('', 0),
  execute('p', 1),
  close({ kind: 'statement', name: 's' }),
  close({ kind: 'portal', name: 'p' }),
  flush,
  sync,
  sync,
  frame(fromClient.CopyData, (body) => body.text('row\n')),
  frame(fromClient.CopyDone),
  frame(fromClient.CopyFail, (body) => body.cstring('no')),
  frame(fromClient.FunctionCall, (body) => body.u32(1).i16(0).i16(0).i16(0)),
  terminate,
]

/** What targets say, each well formed and mostly out of place. */
export const upstreamMessages: readonly [Buffer, ...Buffer[]] = [
  readyForQuery('idle'),
  ...describeAndRow({ columns: ['n'], rows: [['1'], [null]], tag: '' }),
  ...[
    fromUpstream.ParseComplete,
    fromUpstream.BindComplete,
    fromUpstream.CloseComplete,
    fromUpstream.NoData,
    fromUpstream.EmptyQueryResponse,
    fromUpstream.PortalSuspended,
    fromUpstream.CopyDone,
  ].map((code) => frame(code)),
  ...[fromUpstream.CopyInResponse, fromUpstream.CopyOutResponse, fromUpstream.CopyBothResponse].map(
    (code) => frame(code, (body) => body.u8(0).u16(1).i16(0)),
  ),
  frame(fromUpstream.CopyData, (body) => body.text('row\n')),
  frame(fromUpstream.CommandComplete, (body) => body.cstring('SELECT 1')),
  frame(fromUpstream.ParameterDescription, (body) => body.i16(1).i32(23)),
  frame(fromUpstream.FunctionCallResponse, (body) => body.i32(-1)),
  responseWithFields(fromUpstream.ErrorResponse, new Map([['C', '42601']])),
  responseWithFields(fromUpstream.NoticeResponse, new Map([['C', '00000']])),
  notification(1, 'channel', 'payload'),
  parameterStatus('TimeZone', 'UTC'),
  parameterStatus('client_encoding', 'SJIS'),
  readyForQuery('failed'),
  authenticationOk,
  backendKeyData(Buffer.alloc(8)),
]
