import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { NavLink } from 'react-router'
import { change } from '../api/client'
import { useMay, useMe } from '../api/me'
import { queryClient } from '../api/query-client'

const places = [
  { to: '/approvals', name: 'Approvals', needs: ['approvals:read', 'approvals:read-own'] },
  { to: '/sessions', name: 'Sessions', needs: ['sessions:read', 'sessions:read-own'] },
  { to: '/connections', name: 'Connections', needs: ['connections:read'] },
  { to: '/policies', name: 'Policies', needs: ['policies:read'] },
  { to: '/agents', name: 'Agents', needs: ['agents:read'] },
  { to: '/audit', name: 'Audit', needs: ['audit:read'] },
  { to: '/principals', name: 'Principals', needs: ['principals:read'] },
  { to: '/webhooks', name: 'Webhooks', needs: ['webhooks:read'] },
]

export function Layout({ children }: { readonly children: ReactNode }) {
  const may = useMay()
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <NavLink to="/" className="brand">
          Wardgate
        </NavLink>
        <nav aria-label="Main">
          {places
            .filter(({ needs }) => may(...needs))
            .map(({ to, name }) => (
              <NavLink key={to} to={to}>
                {name}
              </NavLink>
            ))}
        </nav>
        <Account />
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  )
}

function Account() {
  const { principal } = useMe()
  const logout = useMutation({
    mutationFn: () => change('POST', '/auth/logout'),
    onSettled: () => {
      queryClient.clear()
      location.assign('/')
    },
  })
  return (
    <div className="account">
      <span title={principal.groups.join(', ')}>{principal.name}</span>
      <button type="button" className="plain" onClick={() => logout.mutate()}>
        Log out
      </button>
    </div>
  )
}
