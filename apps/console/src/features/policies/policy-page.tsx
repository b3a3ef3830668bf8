import { Link, useParams } from 'react-router'
import { useMay } from '../../api/me'
import { Badge } from '../../components/badge'
import { ErrorNote, Loading } from '../../components/notes'
import { Page } from '../../components/page'
import { ShortId } from '../../components/short-id'
import { Moment } from '../../components/time'
import { UntrustedText } from '../../components/untrusted-text'
import { type Policy, useMovePolicy, usePolicy } from './policy'

export function PolicyPage() {
  const { name = '', version = '' } = useParams()
  const { data: policy, error, refetch } = usePolicy(name, version)
  const may = useMay()
  if (!policy)
    return (
      <Page title={`${name}, version ${version}`}>
        {error ? (
          <ErrorNote error={error} retry={() => void refetch()} />
        ) : (
          <Loading what="the policy" />
        )}
      </Page>
    )
  return (
    <Page title={`${name}, version ${version}`} aside={<Badge state={policy.state} />}>
      <p className="quiet">
        By <ShortId id={policy.author} />, <Moment at={policy.createdAt} />. Digest{' '}
        <code>{policy.digest}</code>
      </p>
      <section className="row">
        {may('policies:activate') && <Moves policy={policy} />}
        {may('policies:write') && (
          <Link className="button" to={`/policies/new?from=${encodeURIComponent(name)}/${version}`}>
            Edit as a new draft
          </Link>
        )}
      </section>
      <UntrustedText text={policy.source} label="Source" />
    </Page>
  )
}

const moves = [
  { to: 'activate', word: 'Activate', from: ['draft', 'dry-run', 'retired'] },
  { to: 'dry-run', word: 'Dry-run', from: ['draft'] },
  { to: 'retire', word: 'Retire', from: ['dry-run', 'active'] },
] as const

function Moves({ policy }: { readonly policy: Policy }) {
  const move = useMovePolicy(policy)
  const possible = moves.filter(({ from }) => from.some((state) => state === policy.state))
  return (
    <>
      {possible.map(({ to, word }) => (
        <button
          key={to}
          type="button"
          className={to === 'activate' ? 'primary' : ''}
          disabled={move.isPending}
          onClick={() => move.mutate(to)}
        >
          {word}
        </button>
      ))}
      {move.error && <ErrorNote error={move.error} />}
    </>
  )
}
