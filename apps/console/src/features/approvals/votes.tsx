import { Moment } from '../../components/time'
import { Untrusted } from '../../components/untrusted-text'
import type { Approval } from './approval'

export function Votes({ approval }: { readonly approval: Approval }) {
  const { votes, quorum, approvers } = approval
  const approved = votes.filter(({ approve }) => approve).length
  return (
    <section>
      <h2>
        Votes{' '}
        <span className="quiet">
          {approved} of {quorum} needed
        </span>
      </h2>
      <p className="quiet">
        May approve: <Untrusted text={approvers.join(', ') || 'nobody'} />
      </p>
      {votes.length > 0 && (
        <ul className="votes">
          {votes.map((vote) => (
            <li key={vote.principalId}>
              <strong className={vote.approve ? 'good' : 'bad'}>
                {vote.approve ? '✓ approved' : '✗ rejected'}
              </strong>{' '}
              by <Untrusted text={vote.principal} />, <Moment at={vote.createdAt} />
              {vote.reason && (
                <blockquote>
                  <Untrusted text={vote.reason} />
                </blockquote>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
