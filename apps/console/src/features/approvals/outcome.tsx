import { Moment } from '../../components/time'
import { Untrusted } from '../../components/untrusted-text'
import type { Approval } from './approval'

/** What became of a request that nobody can vote on any more. */
export function Outcome({ approval }: { readonly approval: Approval }) {
  const { state, endReason, decidedAt, consumedAt } = approval
  const told = tell(approval)
  return (
    <section className={`decide outcome outcome-${state}`} aria-live="polite" aria-label="Decision">
      <p className="outcome-word">{told.word}</p>
      <p>{told.meaning}</p>
      {endReason && (
        <blockquote>
          <Untrusted text={endReason} />
        </blockquote>
      )}
      {decidedAt && (
        <p className="quiet">
          Decided <Moment at={decidedAt} />
          {consumedAt && (
            <>
              , run <Moment at={consumedAt} />
            </>
          )}
          .
        </p>
      )}
    </section>
  )
}

function tell({ state }: Approval): { word: string; meaning: string } {
  switch (state) {
    case 'pending':
      return { word: '… Pending', meaning: 'It waits for votes.' }
    case 'approved':
      return {
        word: '✓ Approved',
        meaning: 'It runs once, as shown, when the client asks for it before the approval expires.',
      }
    case 'consumed':
      return { word: '✓ Approved and run', meaning: 'The approval was used up by this operation.' }
    case 'rejected':
      return { word: '✗ Rejected', meaning: 'It did not run; the client was told why.' }
    case 'expired':
      return { word: 'Expired', meaning: 'Nobody decided in time; it did not run.' }
    case 'cancelled':
      return { word: 'Cancelled', meaning: 'The client gave up or went away; it did not run.' }
  }
}
