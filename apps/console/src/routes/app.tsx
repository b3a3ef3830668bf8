import { lazy, Suspense } from 'react'
import { Navigate, Route, Routes } from 'react-router'
import { LiveFeed } from '../api/live'
import { MeContext, useMeQuery } from '../api/me'
import { isLoggedOut } from '../api/problem'
import { ErrorNote, Loading } from '../components/notes'
import { ApprovalPage } from '../features/approvals/approval-page'
import { ApprovalsPage } from '../features/approvals/approvals-page'
import { SessionPage } from '../features/sessions/session-page'
import { SessionsPage } from '../features/sessions/sessions-page'
import { Layout } from './layout'
import { LoginPage } from './login'

// Approvers on a phone do not load what only administrators use.
const AdminPages = lazy(async () => ({ default: (await import('./admin-pages')).AdminPages }))

export function App() {
  const { data: me, error, refetch } = useMeQuery()
  if (isLoggedOut(error)) return <LoginPage />
  if (!me)
    return (
      <main className="lonely">
        {error ? (
          <ErrorNote error={error} retry={() => void refetch()} />
        ) : (
          <Loading what="Wardgate" />
        )}
      </main>
    )
  return (
    <MeContext value={me}>
      <LiveFeed>
        <Layout>
          <Pages />
        </Layout>
      </LiveFeed>
    </MeContext>
  )
}

function Pages() {
  return (
    <Routes>
      <Route path="/" element={<Navigate to="/approvals" replace />} />
      <Route path="/approvals" element={<ApprovalsPage />} />
      <Route path="/approvals/:id" element={<ApprovalPage />} />
      <Route path="/sessions" element={<SessionsPage />} />
      <Route path="/sessions/:id" element={<SessionPage />} />
      <Route
        path="*"
        element={
          <Suspense fallback={<Loading what="the page" />}>
            <AdminPages />
          </Suspense>
        }
      />
    </Routes>
  )
}
