import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { change } from '../../api/client'
import { useList } from '../../api/list'
import { Dialog } from '../../components/dialog'
import { ListView, Table } from '../../components/list-view'
import { ErrorNote } from '../../components/notes'
import { ShortId } from '../../components/short-id'
import { Moment } from '../../components/time'

interface JoinToken {
  readonly id: string
  readonly agentName: string
  readonly connections: readonly string[]
  readonly expiresAt: string
  readonly usedAt: string | null
  readonly createdBy: string
}

export function JoinTokens({ mayCreate }: { readonly mayCreate: boolean }) {
  const tokens = useList<JoinToken>(['join-tokens'], '/v1/join-tokens')
  const [creates, setCreates] = useState(false)
  return (
    <section>
      <h2>Join tokens</h2>
      <ListView list={tokens} what="join tokens" empty="No join token yet.">
        {(items) => (
          <Table label="Join tokens" items={items} keyOf={({ id }) => id} columns={columns} />
        )}
      </ListView>
      {mayCreate && (
        <button type="button" onClick={() => setCreates(true)}>
          New join token …
        </button>
      )}
      {creates && <NewJoinToken onClose={() => setCreates(false)} />}
    </section>
  )
}

const columns = [
  { head: 'For agent', cell: ({ agentName }: JoinToken) => agentName },
  { head: 'Connections', cell: ({ connections }: JoinToken) => connections.join(', ') },
  { head: 'Created by', cell: ({ createdBy }: JoinToken) => <ShortId id={createdBy} /> },
  { head: 'Expires', cell: ({ expiresAt }: JoinToken) => <Moment at={expiresAt} /> },
  { head: 'Used', cell: ({ usedAt }: JoinToken) => <Moment at={usedAt} /> },
]

function NewJoinToken({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient()
  const create = useMutation({
    mutationFn: (body: object) => change<{ token: string }>('POST', '/v1/join-tokens', { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['join-tokens'] }),
    gcTime: 0,
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    create.mutate({
      agentName: field(data, 'agentName'),
      connections: words(field(data, 'connections')),
    })
  }
  return (
    <Dialog title="New join token" onClose={onClose}>
      {create.data ? (
        <>
          <p>Give this to the agent. It is shown this once, and works once, within the hour.</p>
          <code className="secret">{create.data.token}</code>
          <button type="button" onClick={onClose}>
            Done
          </button>
        </>
      ) : (
        <form className="form" onSubmit={submit}>
          <label>
            Name of the agent
            <input name="agentName" required maxLength={63} />
          </label>
          <label>
            Connections it serves <span className="quiet">(names, separated by commas)</span>
            <input name="connections" />
          </label>
          {create.error && <ErrorNote error={create.error} />}
          <div className="row">
            <button type="submit" className="primary" disabled={create.isPending}>
              Create
            </button>
            <button type="button" onClick={onClose}>
              Cancel
            </button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

function field(data: FormData, name: string): string {
  const value = data.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

function words(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter(Boolean)
}
