import { Link } from 'react-router'
import { useList } from '../../api/list'
import { usePollMillis } from '../../api/live'
import { Badge } from '../../components/badge'
import { Filters, useFilters } from '../../components/filters'
import { ListView, Table } from '../../components/list-view'
import { Page } from '../../components/page'
import { Moment } from '../../components/time'
import { Untrusted } from '../../components/untrusted-text'
import type { Session } from './session'

const filters = [
  { name: 'state', label: 'State', options: ['open', 'ended'] },
  { name: 'connection', label: 'Connection' },
  { name: 'principal', label: 'Principal' },
  { name: 'agent', label: 'Agent' },
]

export function SessionsPage() {
  const sessions = useList<Session>(['sessions'], '/v1/sessions', {
    filters: useFilters(filters),
    pollMillis: usePollMillis(),
  })
  return (
    <Page title="Sessions">
      <Filters filters={filters} />
      <ListView list={sessions} what="sessions" empty="No session matches.">
        {(items) => (
          <Table label="Sessions" items={items} keyOf={({ id }) => id} columns={columns} />
        )}
      </ListView>
    </Page>
  )
}

const columns = [
  {
    head: 'Started',
    className: 'tight',
    cell: (session: Session) => (
      <Link to={`/sessions/${session.id}`}>
        <Moment at={session.startedAt} />
      </Link>
    ),
  },
  { head: 'State', cell: ({ state }: Session) => <Badge state={state} /> },
  { head: 'Principal', cell: ({ principal }: Session) => <Untrusted text={principal} /> },
  {
    head: 'Connection',
    cell: ({ connection, database }: Session) => (
      <>
        {connection} <span className="quiet">/</span> <Untrusted text={database} />
      </>
    ),
  },
  { head: 'Agent', cell: ({ agent }: Session) => agent },
  {
    head: 'Operations',
    className: 'number',
    cell: ({ operations }: Session) => operations.toLocaleString('en'),
  },
  { head: 'Ended', cell: ({ endReason }: Session) => <Untrusted text={endReason} /> },
]
