import { Link } from 'react-router'
import { useList } from '../../api/list'
import { useMay } from '../../api/me'
import { Badge } from '../../components/badge'
import { ListView, Table } from '../../components/list-view'
import { Page } from '../../components/page'
import type { Connection } from './connection'

export function ConnectionsPage() {
  const connections = useList<Connection>(['connections'], '/v1/connections')
  const may = useMay()
  return (
    <Page
      title="Connections"
      aside={
        may('connections:write') && (
          <Link className="button" to="/connections/new">
            New connection
          </Link>
        )
      }
    >
      <ListView list={connections} what="connections" empty="No connection yet.">
        {(items) => (
          <Table label="Connections" items={items} keyOf={({ id }) => id} columns={columns} />
        )}
      </ListView>
    </Page>
  )
}

const columns = [
  {
    head: 'Name',
    cell: ({ id, name }: Connection) => <Link to={`/connections/${id}`}>{name}</Link>,
  },
  { head: 'Protocol', cell: ({ protocol }: Connection) => protocol },
  {
    head: 'Target',
    cell: ({ endpoints }: Connection) => endpoints.map(addressOf).join(', '),
  },
  { head: 'Database', cell: ({ database }: Connection) => database },
  { head: 'TLS', cell: ({ tls }: Connection) => tls.mode },
  { head: 'Recording', cell: ({ recording }: Connection) => recording },
  {
    head: 'State',
    cell: ({ enabled }: Connection) => <Badge state={enabled ? 'enabled' : 'disabled'} />,
  },
]

export function addressOf({ host, port }: { host: string; port: number }): string {
  return `${host}:${port}`
}
