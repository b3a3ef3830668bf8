import { Link } from 'react-router'
import { useList } from '../../api/list'
import { useMay } from '../../api/me'
import { Badge } from '../../components/badge'
import { Filters, useFilters } from '../../components/filters'
import { ListView, Table } from '../../components/list-view'
import { Page } from '../../components/page'
import { ShortId } from '../../components/short-id'
import { Moment } from '../../components/time'
import { Explain } from './explain'
import type { Policy } from './policy'

const filters = [
  { name: 'state', label: 'State', options: ['draft', 'dry-run', 'active', 'retired'] },
  { name: 'name', label: 'Name' },
]

export function PoliciesPage() {
  const policies = useList<Policy>(['policies'], '/v1/policies', { filters: useFilters(filters) })
  const may = useMay()
  return (
    <Page
      title="Policies"
      aside={
        may('policies:write') && (
          <Link className="button" to="/policies/new">
            New draft
          </Link>
        )
      }
    >
      <Filters filters={filters} />
      <ListView
        list={policies}
        what="policies"
        empty="No policy matches. Without an active policy everything is denied."
      >
        {(items) => (
          <Table label="Policies" items={items} keyOf={({ id }) => id} columns={columns} />
        )}
      </ListView>
      <Explain />
    </Page>
  )
}

const columns = [
  {
    head: 'Policy',
    cell: ({ name, version }: Policy) => (
      <Link to={`/policies/${encodeURIComponent(name)}/${version}`}>
        {name} <span className="quiet">version {version}</span>
      </Link>
    ),
  },
  { head: 'State', cell: ({ state }: Policy) => <Badge state={state} /> },
  { head: 'Author', cell: ({ author }: Policy) => <ShortId id={author} /> },
  { head: 'Created', cell: ({ createdAt }: Policy) => <Moment at={createdAt} /> },
  {
    head: 'Digest',
    cell: ({ digest }: Policy) => <code title={digest}>{digest.slice(0, 12)}</code>,
  },
]
