import { Link, useParams } from 'react-router'
import { useMay } from '../../api/me'
import { Badge } from '../../components/badge'
import { FactsList } from '../../components/facts-list'
import { JsonView } from '../../components/json-view'
import { ErrorNote, Loading } from '../../components/notes'
import { Page } from '../../components/page'
import { Moment } from '../../components/time'
import { type Connection, useConnection } from './connection'
import { addressOf } from './connections-page'
import { Credentials } from './credentials'

export function ConnectionPage() {
  const { id = '' } = useParams()
  const { data: connection, error, refetch } = useConnection(id)
  const may = useMay()
  if (!connection)
    return (
      <Page title="Connection">
        {error ? (
          <ErrorNote error={error} retry={() => void refetch()} />
        ) : (
          <Loading what="the connection" />
        )}
      </Page>
    )
  return (
    <Page
      title={connection.name}
      aside={
        <>
          <Badge state={connection.enabled ? 'enabled' : 'disabled'} />
          {may('connections:write') && (
            <Link className="button" to={`/connections/${id}/edit`}>
              Edit
            </Link>
          )}
        </>
      }
    >
      <section>
        {connection.description && <p className="lead">{connection.description}</p>}
        <FactsList facts={factsOf(connection)} />
      </section>
      <div className="columns">
        <section>
          <h2>Settings of {connection.protocol}</h2>
          <JsonView value={connection.settings} label="Settings" />
        </section>
        <section>
          <h2>Limits</h2>
          <JsonView value={connection.limits} label="Limits" />
        </section>
      </div>
      {may('credentials:read') && <Credentials connectionId={id} protocol={connection.protocol} />}
    </Page>
  )
}

function factsOf(connection: Connection) {
  const { protocol, endpoints, database, tls, recording, fsync, version, updatedAt } = connection
  return [
    { name: 'Protocol', value: protocol },
    { name: 'Target', value: endpoints.map(addressOf).join(', ') },
    ...(database ? [{ name: 'Database', value: database }] : []),
    { name: 'TLS to the target', value: tls.mode },
    { name: 'Recording', value: recording },
    { name: 'Audit on disk', value: fsync },
    { name: 'Version', value: version },
    { name: 'Changed', value: <Moment at={updatedAt} /> },
  ]
}
