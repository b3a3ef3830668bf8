import { type SubmitEvent, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { ErrorNote, Loading } from '../../components/notes'
import { Page } from '../../components/page'
import {
  type Connection,
  type ConnectionFields,
  type Protocol,
  useConnection,
  useProtocols,
  useSaveConnection,
} from './connection'
import { SettingsFields } from './settings-fields'
import { TargetFields } from './target-fields'

export function NewConnectionPage() {
  const { data, error } = useProtocols()
  return (
    <Page title="New connection">
      {error && <ErrorNote error={error} />}
      {data ? <ConnectionForm protocols={data.items} /> : <Loading what="the protocols" />}
    </Page>
  )
}

export function EditConnectionPage() {
  const { id = '' } = useParams()
  const { data, error } = useProtocols()
  const connection = useConnection(id)
  const failed = error ?? connection.error
  return (
    <Page title={connection.data ? `Edit ${connection.data.name}` : 'Edit connection'}>
      {failed && <ErrorNote error={failed} />}
      {data && connection.data ? (
        <ConnectionForm protocols={data.items} edited={connection.data} />
      ) : (
        <Loading what="the connection" />
      )}
    </Page>
  )
}

interface ConnectionFormProps {
  readonly protocols: readonly Protocol[]
  readonly edited?: Connection
}

function ConnectionForm({ protocols, edited }: ConnectionFormProps) {
  // What is edited is the version that was there at first, even when it is read again meanwhile.
  const [original] = useState(edited)
  const [fields, setFields] = useState<ConnectionFields>(() => original ?? fresh(protocols))
  const save = useSaveConnection(original)
  const navigate = useNavigate()
  const protocol = protocols.find(({ name }) => name === fields.protocol)
  const change = (changed: Partial<ConnectionFields>) => setFields({ ...fields, ...changed })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    save.mutate(pick(fields), { onSuccess: ({ id }) => void navigate(`/connections/${id}`) })
  }
  return (
    <form className="form" onSubmit={submit}>
      <div className="form-grid">
        <label>
          Name
          <input
            required
            pattern="[a-z0-9][a-z0-9._\-]{0,62}"
            title="lower-case letters, digits and . _ -"
            value={fields.name}
            onChange={({ target }) => change({ name: target.value })}
          />
        </label>
        <label>
          Protocol
          <select
            disabled={original !== undefined}
            value={fields.protocol}
            onChange={({ target }) => change({ protocol: target.value, settings: {} })}
          >
            {protocols.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <label>
        Description
        <input
          value={fields.description}
          maxLength={1_000}
          onChange={({ target }) => change({ description: target.value })}
        />
      </label>
      <TargetFields fields={fields} onChange={change} />
      {protocol && (
        <fieldset key={protocol.name}>
          <legend>Settings of {protocol.name}</legend>
          <SettingsFields
            schema={protocol.settings}
            value={fields.settings}
            onChange={(settings) => change({ settings })}
          />
        </fieldset>
      )}
      {save.error && <ErrorNote error={save.error} />}
      <div className="row">
        <button type="submit" className="primary" disabled={save.isPending}>
          {original ? 'Save' : 'Create'}
        </button>
        <button type="button" onClick={() => void navigate(-1)}>
          Cancel
        </button>
      </div>
    </form>
  )
}

function fresh([first]: readonly Protocol[]): ConnectionFields {
  return {
    name: '',
    protocol: first?.name ?? '',
    description: '',
    endpoints: [{ host: '', port: first?.defaultPort ?? 0 }],
    tls: { mode: 'verify-full' },
    database: '',
    settings: {},
    fsync: 'batched',
    recording: 'full',
    enabled: true,
  }
}

/** The API refuses fields that it does not know, such as those of the answer. */
function pick(fields: ConnectionFields): ConnectionFields {
  const { name, protocol, description, endpoints, tls, database, settings } = fields
  const { fsync, recording, enabled } = fields
  return {
    name,
    protocol,
    description,
    endpoints,
    tls,
    database,
    settings,
    fsync,
    recording,
    enabled,
  }
}
