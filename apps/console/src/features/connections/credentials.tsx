import { useList } from '../../api/list'
import { useMay } from '../../api/me'
import { ListView, Table } from '../../components/list-view'
import { Moment } from '../../components/time'
import { SetCredential } from './set-credential'

interface Credential {
  readonly id: string
  readonly kind: string
  readonly username: string
  readonly version: number
  readonly createdAt: string
  readonly retiredAt: string | null
}

interface CredentialsProps {
  readonly connectionId: string
  readonly protocol: string
}

export function Credentials({ connectionId, protocol }: CredentialsProps) {
  const path = `/v1/connections/${encodeURIComponent(connectionId)}/credentials`
  const credentials = useList<Credential>(['credentials', connectionId], path)
  const may = useMay()
  return (
    <section>
      <h2>
        Credential towards the target <span className="quiet">secrets are never shown</span>
      </h2>
      <ListView
        list={credentials}
        what="credentials"
        empty="None is set: sessions cannot reach the target."
      >
        {(items) => (
          <Table label="Credentials" items={items} keyOf={({ id }) => id} columns={columns} />
        )}
      </ListView>
      {may('credentials:write') && (
        <details>
          <summary>Set a new credential</summary>
          <SetCredential connectionId={connectionId} protocol={protocol} />
        </details>
      )}
    </section>
  )
}

const columns = [
  { head: 'Name', cell: ({ username }: Credential) => username },
  { head: 'Kind', cell: ({ kind }: Credential) => kind },
  { head: 'Version', cell: ({ version }: Credential) => version },
  { head: 'Set', cell: ({ createdAt }: Credential) => <Moment at={createdAt} /> },
  {
    head: 'Retired',
    cell: ({ retiredAt }: Credential) => (retiredAt ? <Moment at={retiredAt} /> : 'in use'),
  },
]
