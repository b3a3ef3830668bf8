import { useParams } from 'react-router'
import { useMay } from '../../api/me'
import { Badge } from '../../components/badge'
import { FactsList } from '../../components/facts-list'
import { ListView } from '../../components/list-view'
import { ErrorNote, Loading } from '../../components/notes'
import { Page } from '../../components/page'
import { Moment } from '../../components/time'
import { Untrusted } from '../../components/untrusted-text'
import { Claimed } from '../approvals/claimed'
import { KillButton } from './kill-button'
import { OperationItem } from './operation-item'
import { recordingPath, type Session, useOperations, useSession } from './session'

export function SessionPage() {
  const { id = '' } = useParams()
  const { data: session, error, refetch } = useSession(id)
  if (!session)
    return (
      <Page title="Session">
        {error ? (
          <ErrorNote error={error} retry={() => void refetch()} />
        ) : (
          <Loading what="the session" />
        )}
      </Page>
    )
  return (
    <Page
      title={`${session.principal} on ${session.connection}`}
      aside={<Badge state={session.state} />}
    >
      <SessionFacts session={session} />
      <Controls session={session} />
      <Claimed claimed={session.claimed} />
      <Timeline sessionId={id} />
    </Page>
  )
}

function SessionFacts({ session }: { readonly session: Session }) {
  const ended = session.state === 'ended'
  return (
    <section>
      <FactsList
        facts={[
          { name: 'Principal', value: <Untrusted text={session.principal} /> },
          { name: 'Connection', value: session.connection },
          { name: 'Database', value: <Untrusted text={session.database} /> },
          { name: 'Agent', value: session.agent },
          { name: 'From', value: <Untrusted text={session.clientAddress} /> },
          { name: 'Started', value: <Moment at={session.startedAt} /> },
          ...(ended
            ? [
                { name: 'Ended', value: <Moment at={session.endedAt} /> },
                { name: 'Why', value: <Untrusted text={session.endReason || 'not told'} /> },
              ]
            : []),
          { name: 'Operations', value: session.operations },
          { name: 'Bytes in / out', value: `${session.bytesIn} / ${session.bytesOut}` },
        ]}
      />
    </section>
  )
}

function Controls({ session: { id, state } }: { readonly session: Session }) {
  const may = useMay()
  return (
    <section className="row">
      {state === 'open' && may('sessions:kill') && <KillButton sessionId={id} />}
      {may('recordings:read') && (
        <>
          <a className="button" href={recordingPath(id)} download={`${id}.wgrec`}>
            Download the recording
          </a>
          <span className="quiet">
            Replay results as the client saw them: <code>wardgate sessions replay {id}</code>
          </span>
        </>
      )}
    </section>
  )
}

function Timeline({ sessionId }: { readonly sessionId: string }) {
  const operations = useOperations(sessionId)
  return (
    <section>
      <h2>
        Operations <span className="quiet">newest first</span>
      </h2>
      <ListView list={operations} what="operations" empty="Nothing was asked in this session yet.">
        {(items) => (
          <ol className="timeline">
            {items.map((operation) => (
              <OperationItem key={operation.id} operation={operation} />
            ))}
          </ol>
        )}
      </ListView>
    </section>
  )
}
