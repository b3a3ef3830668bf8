import { useList } from '../../api/list'
import { useMay } from '../../api/me'
import { serverNow } from '../../api/server-clock'
import { Badge } from '../../components/badge'
import { ListView, Table } from '../../components/list-view'
import { Page } from '../../components/page'
import { Moment } from '../../components/time'
import { Untrusted } from '../../components/untrusted-text'
import { JoinTokens } from './join-tokens'

interface Agent {
  readonly id: string
  readonly name: string
  readonly certificateUntil: string | null
  readonly revokedAt: string | null
  readonly softwareVersion: string
  readonly listeners: readonly {
    readonly protocol: string
    readonly address: string
    readonly connection: string
  }[]
  readonly health: Readonly<Record<string, unknown>>
  readonly lastSeenAt: string | null
  readonly backlog: { readonly entries: number | null; readonly oldestSeconds: number | null }
}

/** Agents report every few seconds; one that has been silent for this long is not there. */
const silentMillis = 60_000

export function AgentsPage() {
  const agents = useList<Agent>(['agents'], '/v1/agents', { pollMillis: 5_000 })
  const may = useMay()
  return (
    <Page title="Agents">
      <ListView list={agents} what="agents" empty="No agent has joined. Create a join token first.">
        {(items) => <Table label="Agents" items={items} keyOf={({ id }) => id} columns={columns} />}
      </ListView>
      <JoinTokens mayCreate={may('agents:write')} />
    </Page>
  )
}

function stateOf({ revokedAt, lastSeenAt }: Agent): string {
  if (revokedAt) return 'revoked'
  if (lastSeenAt && serverNow() - Date.parse(lastSeenAt) < silentMillis) return 'connected'
  return 'unreachable'
}

function backlogText({ entries, oldestSeconds }: Agent['backlog']): string {
  if (entries === null) return 'not told'
  return entries === 0 ? 'none' : `${entries} entries, oldest ${oldestSeconds ?? 0} s old`
}

const columns = [
  { head: 'Name', cell: ({ name }: Agent) => <strong>{name}</strong> },
  { head: 'State', cell: (agent: Agent) => <Badge state={stateOf(agent)} /> },
  { head: 'Seen', className: 'tight', cell: (agent: Agent) => <Moment at={agent.lastSeenAt} /> },
  {
    head: 'Listens on',
    cell: ({ listeners }: Agent) =>
      listeners.map(({ protocol, address, connection }) => (
        <div key={`${protocol} ${address}`}>
          {protocol} <code>{address}</code> {connection && `→ ${connection}`}
        </div>
      )),
  },
  { head: 'Evidence not arrived', cell: ({ backlog }: Agent) => backlogText(backlog) },
  {
    head: 'Health',
    cell: ({ health }: Agent) =>
      Object.entries(health)
        .filter(([, value]) => typeof value !== 'object')
        .map(([name, value]) => (
          <div key={name} className="quiet">
            {name} <Untrusted text={String(value)} />
          </div>
        )),
  },
  { head: 'Version', cell: ({ softwareVersion }: Agent) => <Untrusted text={softwareVersion} /> },
  {
    head: 'Certificate until',
    className: 'tight',
    cell: (agent: Agent) => <Moment at={agent.certificateUntil} />,
  },
]
