import { type SubmitEvent, useState } from 'react'
import { useList } from '../../api/list'
import { useMay } from '../../api/me'
import { ListView, Table } from '../../components/list-view'
import { ErrorNote } from '../../components/notes'
import { Moment } from '../../components/time'
import { useSetCredential } from './connection'

interface Credential {
  readonly id: string
  readonly kind: string
  readonly username: string
  readonly version: number
  readonly createdAt: string
  readonly retiredAt: string | null
}

export function Credentials({ connectionId }: { readonly connectionId: string }) {
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
          <SetCredential connectionId={connectionId} />
        </details>
      )}
    </section>
  )
}

const columns = [
  { head: 'User name', cell: ({ username }: Credential) => username },
  { head: 'Kind', cell: ({ kind }: Credential) => kind },
  { head: 'Version', cell: ({ version }: Credential) => version },
  { head: 'Set', cell: ({ createdAt }: Credential) => <Moment at={createdAt} /> },
  {
    head: 'Retired',
    cell: ({ retiredAt }: Credential) => (retiredAt ? <Moment at={retiredAt} /> : 'in use'),
  },
]

function SetCredential({ connectionId }: { readonly connectionId: string }) {
  const [kind, setKind] = useState('password')
  const set = useSetCredential(connectionId)
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const body = Object.fromEntries(new FormData(form))
    // The fields are empty again whatever happens: nothing secret stays on the screen.
    set.mutate({ ...body, kind })
    form.reset()
  }
  return (
    <form className="form" autoComplete="off" onSubmit={submit}>
      <label>
        Kind
        <select value={kind} onChange={({ target }) => setKind(target.value)}>
          <option>password</option>
          <option>certificate</option>
          <option>none</option>
        </select>
      </label>
      <label>
        User name at the target
        <input name="username" required maxLength={200} />
      </label>
      {kind === 'password' && (
        <label>
          Password
          <input name="password" type="password" required autoComplete="new-password" />
        </label>
      )}
      {kind === 'certificate' && (
        <>
          <label>
            Certificate (PEM)
            <textarea name="cert" required rows={4} className="source" />
          </label>
          <label>
            Private key (PEM)
            <textarea name="key" required rows={4} className="source" />
          </label>
        </>
      )}
      {set.error && <ErrorNote error={set.error} />}
      {set.isSuccess && <p className="note note-good">Set. Older ones are retired.</p>}
      <div>
        <button type="submit" className="primary" disabled={set.isPending}>
          Set
        </button>
      </div>
    </form>
  )
}
