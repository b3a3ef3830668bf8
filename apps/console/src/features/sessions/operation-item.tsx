import { Link } from 'react-router'
import { Badge } from '../../components/badge'
import { counted } from '../../components/counted'
import { operationTitle } from '../../components/operation-kind'
import { oneLine } from '../../components/show-characters'
import { Duration } from '../../components/time'
import { Untrusted, UntrustedText } from '../../components/untrusted-text'
import { Parameters } from '../approvals/parameters'
import type { Operation } from './session'

/** One line of the timeline; everything known about the operation when it is opened. */
export function OperationItem({ operation }: { readonly operation: Operation }) {
  const { startedAt, status, text, summary, durationMicros } = operation
  return (
    <li className={`operation operation-${status}`}>
      <details>
        <summary>
          <time dateTime={startedAt} title={startedAt}>
            {new Date(startedAt).toLocaleTimeString()}
          </time>
          <Badge state={status} />
          <code className="operation-text">{oneLine(text || summary, 160)}</code>
          <span className="operation-counts quiet">
            <span>{operation.completion || resultOf(operation)}</span>
            {operation.maskedCells !== '0' && (
              <span className="badge badge-wait">{operation.maskedCells} masked</span>
            )}
            <span>
              <Duration micros={durationMicros} />
            </span>
          </span>
        </summary>
        <OperationDetail operation={operation} />
      </details>
    </li>
  )
}

function OperationDetail({ operation }: { readonly operation: Operation }) {
  const { text, parameters, determinedBy, actions, approvalId, errorCode, errorMessage } = operation
  return (
    <div className="operation-detail">
      <UntrustedText text={text || operation.summary} label={operationTitle(operation.kind)} />
      {Number(operation.textBytes) > new TextEncoder().encode(text).length && (
        <p className="measure">
          Stored in part: {operation.textBytes} bytes, SHA-256 <code>{operation.textDigest}</code>
        </p>
      )}
      <Parameters parameters={parameters} />
      {errorMessage && (
        <p className="note note-danger">
          <code>{errorCode}</code> <Untrusted text={errorMessage} />
        </p>
      )}
      <p className="quiet">
        {counted(operation.rows, 'row')}, {counted(operation.bytes, 'byte')},{' '}
        {counted(operation.maskedCells, 'masked cell')}. Rules:{' '}
        {determinedBy.map(({ policy, rule }) => `${policy} / ${rule}`).join(', ') || 'none'}.
      </p>
      {actions.length > 0 && (
        <p className="quiet">
          <Untrusted text={actions.join(' · ')} />
        </p>
      )}
      {approvalId && <Link to={`/approvals/${approvalId}`}>Its approval</Link>}
    </div>
  )
}

function resultOf({ status, rows }: Operation): string {
  return status === 'succeeded' ? counted(rows, 'row') : ''
}
