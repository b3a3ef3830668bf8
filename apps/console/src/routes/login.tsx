import { useQuery } from '@tanstack/react-query'
import { get, withQuery } from '../api/client'
import { ErrorNote } from '../components/notes'

/** Log-in is a plain navigation: the issuer's pages are not ours. */
export function LoginPage() {
  const { data, error } = useQuery({
    queryKey: ['login-issuers'],
    queryFn: ({ signal }) => get<{ items: readonly { name: string }[] }>('/auth/issuers', signal),
  })
  const returnTo = `${location.pathname}${location.search}`
  const issuers = data?.items ?? []
  return (
    <main className="lonely">
      <h1>Wardgate</h1>
      <p>Log in to see what waits for your decision.</p>
      {error && <ErrorNote error={error} />}
      {data && issuers.length === 0 && (
        <p className="note">
          No issuer lets people log in yet. Add one with <code>wardgate issuers create</code>.
        </p>
      )}
      {issuers.map(({ name }) => (
        <a
          key={name}
          className="button primary"
          href={withQuery('/auth/login', { issuer: name, returnTo })}
        >
          Log in with {name}
        </a>
      ))}
    </main>
  )
}
