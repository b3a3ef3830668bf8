import { Link } from 'react-router'
import { useList } from '../../api/list'
import { useIsLive, usePollMillis } from '../../api/live'
import { Badge } from '../../components/badge'
import { Filters, useFilters } from '../../components/filters'
import { ListView } from '../../components/list-view'
import { Empty } from '../../components/notes'
import { Page } from '../../components/page'
import { oneLine } from '../../components/show-characters'
import { Moment, TimeLeft } from '../../components/time'
import type { ApprovalSummary } from './approval'
import { RiskLabel } from './risk-meter'

const filters = [
  { name: 'connection', label: 'Connection' },
  { name: 'requester', label: 'Requester' },
]
const path = '/v1/approval-requests'
const key = ['approval-requests']

export function ApprovalsPage() {
  const chosen = useFilters(filters)
  const isLive = useIsLive()
  const pollMillis = usePollMillis()
  const pending = useList<ApprovalSummary>([...key, 'pending'], path, {
    filters: { ...chosen, state: 'pending' },
    pollMillis,
  })
  const all = useList<ApprovalSummary>(key, path, { filters: chosen, pollMillis, limit: 25 })
  return (
    <Page
      title="Approvals"
      aside={<span className="quiet">{isLive ? 'Live' : 'Updated every 2 s'}</span>}
    >
      <Filters filters={filters} />
      <section aria-live="polite" aria-label="Waiting for a decision">
        <h2>Waiting for a decision</h2>
        <ListView list={pending} what="requests" empty="Nothing waits for a decision.">
          {(items) => <Requests items={items} />}
        </ListView>
      </section>
      <section>
        <h2>Decided</h2>
        <ListView list={all} what="requests" empty="No request yet.">
          {(items) => <Decided items={items.filter(({ state }) => state !== 'pending')} />}
        </ListView>
      </section>
    </Page>
  )
}

function Decided({ items }: { readonly items: readonly ApprovalSummary[] }) {
  return items.length > 0 ? <Requests items={items} /> : <Empty>None of these is decided.</Empty>
}

function Requests({ items }: { readonly items: readonly ApprovalSummary[] }) {
  return (
    <ul className="requests">
      {items.map((item) => (
        <li key={item.id}>
          <Link to={`/approvals/${item.id}`} className="request">
            <span className="request-head">
              <strong>{oneLine(item.summary, 120)}</strong>
              <Badge state={item.state} />
            </span>
            <code className="request-text">{oneLine(item.text)}</code>
            <span className="request-foot quiet">
              <span>{oneLine(item.requester)}</span>
              <span>
                {item.connection} / {oneLine(item.database)}
              </span>
              <RiskLabel risk={item.risk} />
              {item.state === 'pending' ? (
                <span>
                  <TimeLeft until={item.expiresAt} /> left
                </span>
              ) : (
                <Moment at={item.decidedAt ?? item.createdAt} />
              )}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
