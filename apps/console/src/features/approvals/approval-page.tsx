import { Link, useParams } from 'react-router'
import { useIsLive } from '../../api/live'
import { Badge } from '../../components/badge'
import { type Fact, FactsList } from '../../components/facts-list'
import { ErrorNote, Loading } from '../../components/notes'
import { Page } from '../../components/page'
import { operationTitle } from '../../components/operation-kind'
import { oneLine } from '../../components/show-characters'
import { Moment } from '../../components/time'
import { Untrusted, UntrustedText } from '../../components/untrusted-text'
import { type Approval, useApproval } from './approval'
import { Claimed } from './claimed'
import { Named } from './named'
import { Outcome } from './outcome'
import { Parameters } from './parameters'
import { RiskLabel, RiskSection } from './risk-meter'
import { VotePanel } from './vote-panel'
import { Votes } from './votes'

export function ApprovalPage() {
  const { id = '' } = useParams()
  const { data: approval, error, refetch } = useApproval(id)
  if (approval)
    return (
      <Page title={oneLine(approval.summary, 90)} aside={<Badge state={approval.state} />}>
        {error && <ErrorNote error={error} retry={() => void refetch()} />}
        <Sheet approval={approval} />
      </Page>
    )
  return (
    <Page title="Approval request">
      {error ? (
        <ErrorNote error={error} retry={() => void refetch()} />
      ) : (
        <Loading what="the request" />
      )}
    </Page>
  )
}

function Sheet({ approval }: { readonly approval: Approval }) {
  return (
    <div className="approval">
      <div className="approval-what">
        <FactsList facts={whoAndWhere(approval)} />
        <section>
          <h2>{operationTitle(approval.kind)}</h2>
          <UntrustedText text={approval.text} label={operationTitle(approval.kind)} />
        </section>
        <Named facts={approval.facts} />
        <Parameters parameters={approval.parameters} />
      </div>
      <div className="approval-decide">
        {approval.state === 'pending' ? (
          <VotePanel approval={approval} />
        ) : (
          <Outcome approval={approval} />
        )}
        <Votes approval={approval} />
      </div>
      <div className="approval-why">
        <Actions approval={approval} />
        <RiskSection risk={approval.risk} />
        <Rules approval={approval} />
        <Claimed claimed={approval.claimed} />
        <Origin approval={approval} />
      </div>
    </div>
  )
}

function whoAndWhere(approval: Approval): readonly Fact[] {
  const { requester, requesterGroups = [], connection, database, facts, risk } = approval
  const owner = approval.owner || approval.requesterOwner
  const behalf = facts.onBehalfOf ?? []
  const styles = facts.styles && Object.values(facts.styles).join('; ')
  return [
    {
      name: 'Who',
      value: (
        <>
          <strong>
            <Untrusted text={requester} />
          </strong>
          {owner && (
            <span className="quiet">
              {' '}
              owned by <Untrusted text={owner} />
            </span>
          )}
          {requesterGroups.length > 0 && (
            <span className="quiet">
              {' '}
              in <Untrusted text={requesterGroups.join(', ')} />
            </span>
          )}
        </>
      ),
    },
    ...(behalf.length > 0
      ? [{ name: 'On behalf of', value: <Untrusted text={behalf.join(', ')} /> }]
      : []),
    { name: 'Connection', value: <strong>{connection}</strong> },
    ...(database ? [{ name: 'Database', value: <Untrusted text={database} /> }] : []),
    ...(styles ? [{ name: 'Dates read as', value: <Untrusted text={styles} /> }] : []),
    { name: 'Risk', value: <RiskLabel risk={risk} /> },
  ]
}

function Actions({ approval: { facts } }: { readonly approval: Approval }) {
  const { actions = [], opaque = [] } = facts
  return (
    <section>
      <h2>What it does</h2>
      <ul className="actions">
        {actions.map(({ action, resource }) => (
          <li key={`${action} ${resource}`}>
            <strong>{action}</strong> <Untrusted text={resource} />
          </li>
        ))}
      </ul>
      {opaque.length > 0 && (
        <p className="note note-danger">
          Not known in advance: <Untrusted text={opaque.join(', ')} />
        </p>
      )}
    </section>
  )
}

function Rules({ approval: { rules } }: { readonly approval: Approval }) {
  return (
    <section>
      <h2>Rules that asked</h2>
      <ul className="rules">
        {rules.map(({ policy, rule }) => (
          <li key={`${policy} ${rule}`}>
            <code>
              {policy} / {rule}
            </code>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Origin({ approval }: { readonly approval: Approval }) {
  const isLive = useIsLive()
  return (
    <section>
      <h2>Request</h2>
      <p className="quiet">
        Asked <Moment at={approval.createdAt} /> in{' '}
        <Link to={`/sessions/${approval.sessionId}`}>this session</Link>.{' '}
        {isLive ? 'Live.' : 'Updated every 2 s.'}
      </p>
      <p className="digest quiet">
        Bound to <code>{approval.digest}</code>
      </p>
    </section>
  )
}
