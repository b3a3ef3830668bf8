import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { download, getText } from '../../api/client'
import { useList } from '../../api/list'
import { Filters, useFilters } from '../../components/filters'
import { JsonView } from '../../components/json-view'
import { ListView, Table } from '../../components/list-view'
import { ErrorNote, Loading } from '../../components/notes'
import { Page } from '../../components/page'
import { Moment } from '../../components/time'

interface Entry {
  readonly index: number
  readonly kind: string
  readonly time: string
  readonly sessionId: string | null
  readonly body: Readonly<Record<string, unknown>>
  readonly leafHash: string
}

const filters = [
  { name: 'kind', label: 'Kind' },
  { name: 'sessionId', label: 'Session' },
  { name: 'principalId', label: 'Principal' },
  { name: 'from', label: 'From', type: 'datetime-local' as const },
  { name: 'to', label: 'To', type: 'datetime-local' as const },
]

export function AuditPage() {
  const chosen = useFilters(filters)
  const { from, to, ...rest } = chosen
  const range = { from: instant(from), to: instant(to) }
  const entries = useList<Entry>(['audit-entries'], '/v1/audit/entries', {
    filters: { ...rest, ...range },
  })
  return (
    <Page title="Audit">
      <div className="columns">
        <Checkpoint />
        <Evidence request={{ sessionId: chosen['sessionId'], ...range }} />
      </div>
      <Filters filters={filters} />
      <ListView list={entries} what="entries" empty="No entry matches.">
        {(items) => (
          <Table
            label="Audit entries"
            items={items}
            keyOf={({ index }) => String(index)}
            columns={columns}
          />
        )}
      </ListView>
    </Page>
  )
}

const columns = [
  { head: 'Index', className: 'number', cell: ({ index }: Entry) => index },
  { head: 'Time', className: 'tight', cell: ({ time }: Entry) => <Moment at={time} /> },
  { head: 'Kind', cell: ({ kind }: Entry) => <code>{kind}</code> },
  {
    head: 'Session',
    className: 'tight',
    cell: ({ sessionId }: Entry) =>
      sessionId && <Link to={`/sessions/${sessionId}`}>{sessionId.slice(-8)}</Link>,
  },
  {
    head: 'Entry',
    cell: ({ body, leafHash, index }: Entry) => (
      <details>
        <summary>{Object.keys(body).join(', ') || 'empty'}</summary>
        <JsonView value={body} label={`Entry ${index}`} />
        <p className="measure">
          leaf <code>{leafHash}</code>
        </p>
      </details>
    ),
  },
]

function Checkpoint() {
  const { data, error } = useQuery({
    queryKey: ['checkpoint'],
    queryFn: ({ signal }) => getText('/v1/audit/checkpoint', signal),
    refetchInterval: 10_000,
  })
  return (
    <section>
      <h2>Latest checkpoint</h2>
      {data === undefined && !error && <Loading what="the checkpoint" />}
      {error && <ErrorNote error={error} />}
      {data !== undefined && <pre className="code">{data}</pre>}
    </section>
  )
}

interface EvidenceRequest {
  readonly sessionId: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
}

function Evidence({ request }: { readonly request: EvidenceRequest }) {
  const fetchEvidence = useMutation({
    mutationFn: () => download('/v1/audit/evidence', request, 'evidence.json'),
  })
  const scope = request.sessionId
    ? 'of the session chosen below'
    : request.from || request.to
      ? 'of the time chosen below'
      : 'of everything'
  return (
    <section>
      <h2>Evidence</h2>
      <p>
        A bundle {scope}: entries, proofs and signed checkpoints. Anybody can verify it offline with{' '}
        <code>wardgate audit verify evidence.json</code>.
      </p>
      <p>
        <button
          type="button"
          disabled={fetchEvidence.isPending}
          onClick={() => fetchEvidence.mutate()}
        >
          {fetchEvidence.isPending ? 'Exporting …' : 'Export evidence'}
        </button>
      </p>
      {fetchEvidence.error && <ErrorNote error={fetchEvidence.error} />}
    </section>
  )
}

function instant(local: string | undefined): string | undefined {
  if (!local) return undefined
  const time = new Date(local)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
