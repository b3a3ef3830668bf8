import { Route, Routes } from 'react-router'
import { AgentsPage } from '../features/agents/agents-page'
import { AuditPage } from '../features/audit/audit-page'
import { EditConnectionPage, NewConnectionPage } from '../features/connections/connection-form-page'
import { ConnectionPage } from '../features/connections/connection-page'
import { ConnectionsPage } from '../features/connections/connections-page'
import { NewPolicyPage } from '../features/policies/new-policy-page'
import { PoliciesPage } from '../features/policies/policies-page'
import { PolicyPage } from '../features/policies/policy-page'
import { PrincipalsPage } from '../features/principals/principals-page'
import { WebhooksPage } from '../features/webhooks/webhooks-page'
import { NotFound } from './not-found'

export function AdminPages() {
  return (
    <Routes>
      <Route path="/connections" element={<ConnectionsPage />} />
      <Route path="/connections/new" element={<NewConnectionPage />} />
      <Route path="/connections/:id" element={<ConnectionPage />} />
      <Route path="/connections/:id/edit" element={<EditConnectionPage />} />
      <Route path="/policies" element={<PoliciesPage />} />
      <Route path="/policies/new" element={<NewPolicyPage />} />
      <Route path="/policies/:name/:version" element={<PolicyPage />} />
      <Route path="/agents" element={<AgentsPage />} />
      <Route path="/audit" element={<AuditPage />} />
      <Route path="/principals" element={<PrincipalsPage />} />
      <Route path="/webhooks" element={<WebhooksPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  )
}
