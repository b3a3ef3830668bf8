import { useId, useRef, useState } from 'react'
import { ErrorNote } from '../../components/notes'
import { TimeLeft, useServerNow } from '../../components/time'
import { type Approval, useVote } from './approval'

/** Approve and reject. Who may not vote sees why instead of buttons. */
export function VotePanel({ approval }: { readonly approval: Approval }) {
  return (
    <section className="decide" aria-label="Decision">
      <Deadline approval={approval} />
      {approval.mayVote ? (
        <VoteForm approval={approval} />
      ) : (
        <p className="note">
          You cannot vote on this request
          {approval.mayNotVoteBecause && <>: {approval.mayNotVoteBecause}</>}.
        </p>
      )}
    </section>
  )
}

function Deadline({ approval: { expiresAt, holdUntil } }: { readonly approval: Approval }) {
  const holds = Date.parse(holdUntil) > useServerNow()
  return (
    <div className="deadline">
      <p>
        <TimeLeft until={expiresAt} /> <span>left to decide</span>
      </p>
      <p className="quiet">
        {holds ? (
          <>
            The client is waiting; its call stays open for <TimeLeft until={holdUntil} />.
          </>
        ) : (
          'The client was told to retry: once approved, the identical operation will run.'
        )}
      </p>
    </div>
  )
}

function VoteForm({ approval }: { readonly approval: Approval }) {
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const vote = useVote(approval)
  const id = useId()
  const decide = (approve: boolean) => {
    const needsReason = approval.reasonRequired || !approve
    if (needsReason && reason.trim() === '') {
      setMissing(approve ? 'This rule wants a reason for an approval.' : 'Say why you reject it.')
      field.current?.focus()
      return
    }
    setMissing('')
    vote.mutate({ approve, reason: reason.trim() })
  }
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <label htmlFor={id}>
        Reason <span className="quiet">{reasonHint(approval.reasonRequired)}</span>
      </label>
      <textarea
        id={id}
        ref={field}
        rows={2}
        maxLength={1_000}
        value={reason}
        aria-invalid={missing !== ''}
        aria-describedby={`${id}-missing`}
        onChange={(event) => setReason(event.target.value)}
      />
      <p id={`${id}-missing`} className="field-problem" role="alert">
        {missing}
      </p>
      <div className="decide-buttons">
        <button
          type="button"
          className="approve"
          disabled={vote.isPending}
          onClick={() => decide(true)}
        >
          Approve
        </button>
        <button
          type="button"
          className="reject"
          disabled={vote.isPending}
          onClick={() => decide(false)}
        >
          Reject
        </button>
      </div>
      {vote.error && <ErrorNote error={vote.error} />}
    </form>
  )
}

function reasonHint(required: boolean): string {
  return required ? '(required)' : '(required to reject)'
}
