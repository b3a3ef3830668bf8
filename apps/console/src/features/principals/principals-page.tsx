import { useList } from '../../api/list'
import { Badge } from '../../components/badge'
import { Filters, useFilters } from '../../components/filters'
import { ListView, Table } from '../../components/list-view'
import { Page } from '../../components/page'
import { Moment } from '../../components/time'
import { Untrusted } from '../../components/untrusted-text'

interface Principal {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly kind: string
  readonly name: string
  readonly groups: readonly string[]
  readonly owner: string
  readonly disabled: boolean
  readonly lastSeenAt: string | null
}

const filters = [
  { name: 'kind', label: 'Kind', options: ['person', 'workload'] },
  { name: 'name', label: 'Name' },
  { name: 'disabled', label: 'Disabled', options: ['true', 'false'] },
]

export function PrincipalsPage() {
  const principals = useList<Principal>(['principals'], '/v1/principals', {
    filters: useFilters(filters),
  })
  return (
    <Page title="Principals">
      <Filters filters={filters} />
      <ListView list={principals} what="principals" empty="Nobody has come by yet.">
        {(items) => (
          <Table label="Principals" items={items} keyOf={({ id }) => id} columns={columns} />
        )}
      </ListView>
    </Page>
  )
}

const columns = [
  { head: 'Name', cell: ({ name }: Principal) => <Untrusted text={name} /> },
  { head: 'Kind', cell: ({ kind }: Principal) => kind },
  { head: 'Groups', cell: ({ groups }: Principal) => <Untrusted text={groups.join(', ')} /> },
  { head: 'Owner', cell: ({ owner }: Principal) => <Untrusted text={owner} /> },
  {
    head: 'Issuer and subject',
    cell: ({ issuer, subject }: Principal) => <Untrusted text={`${issuer} | ${subject}`} />,
  },
  {
    head: 'State',
    cell: ({ disabled }: Principal) => <Badge state={disabled ? 'disabled' : 'enabled'} />,
  },
  { head: 'Seen', cell: ({ lastSeenAt }: Principal) => <Moment at={lastSeenAt} /> },
]
