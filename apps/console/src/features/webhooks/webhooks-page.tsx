import { useList } from '../../api/list'
import { Badge } from '../../components/badge'
import { ListView, Table } from '../../components/list-view'
import { Page } from '../../components/page'
import { Untrusted } from '../../components/untrusted-text'

interface Webhook {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly topics: readonly string[]
  readonly enabled: boolean
}

export function WebhooksPage() {
  const webhooks = useList<Webhook>(['webhooks'], '/v1/webhooks')
  return (
    <Page title="Webhooks">
      <ListView
        list={webhooks}
        what="webhooks"
        empty={
          <>
            Nothing is told to other systems. Add a webhook with{' '}
            <code>wardgate webhooks create</code>.
          </>
        }
      >
        {(items) => (
          <Table label="Webhooks" items={items} keyOf={({ id }) => id} columns={columns} />
        )}
      </ListView>
    </Page>
  )
}

const columns = [
  { head: 'Name', cell: ({ name }: Webhook) => <strong>{name}</strong> },
  { head: 'URL', cell: ({ url }: Webhook) => <Untrusted text={url} /> },
  { head: 'Topics', cell: ({ topics }: Webhook) => topics.join(', ') },
  {
    head: 'State',
    cell: ({ enabled }: Webhook) => <Badge state={enabled ? 'enabled' : 'disabled'} />,
  },
]
