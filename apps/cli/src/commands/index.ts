import { agentsAssign } from './agents/assign'
import { agentsList } from './agents/list'
import { agentsRevoke } from './agents/revoke'
import { agentsShow } from './agents/show'
import { agentsUnassign } from './agents/unassign'
import { approvalsApprove } from './approvals/approve'
import { approvalsList } from './approvals/list'
import { approvalsReject } from './approvals/reject'
import { approvalsShow } from './approvals/show'
import { auditCheckpoint } from './audit/checkpoint'
import { auditEntries } from './audit/entries'
import { auditExport } from './audit/export'
import { auditKeys } from './audit/keys'
import { auditShow } from './audit/show'
import { auditVerify } from './audit/verify'
import { connectionsCreate } from './connections/create'
import { connectionsDelete } from './connections/delete'
import { connectionsList } from './connections/list'
import { connectionsShow } from './connections/show'
import { connectionsUpdate } from './connections/update'
import { credentialsList } from './credentials/list'
import { credentialsSet } from './credentials/set'
import { issuersCreate } from './issuers/create'
import { issuersDelete } from './issuers/delete'
import { issuersList } from './issuers/list'
import { issuersShow } from './issuers/show'
import { issuersUpdate } from './issuers/update'
import { joinTokensCreate } from './join-tokens/create'
import { joinTokensList } from './join-tokens/list'
import { joinTokensWithdraw } from './join-tokens/withdraw'
import { operationsList } from './operations/list'
import { operationsShow } from './operations/show'
import { policiesActivate } from './policies/activate'
import { policiesApply } from './policies/apply'
import { policiesDiff } from './policies/diff'
import { policiesDryRun } from './policies/dry-run'
import { policiesExplain } from './policies/explain'
import { policiesList } from './policies/list'
import { policiesRetire } from './policies/retire'
import { policiesShow } from './policies/show'
import { policiesTest } from './policies/test'
import { policiesValidate } from './policies/validate'
import { principalsDisable } from './principals/disable'
import { principalsEnable } from './principals/enable'
import { principalsList } from './principals/list'
import { principalsShow } from './principals/show'
import { proxyAuthority } from './proxy/authority'
import { roleBindingsCreate } from './role-bindings/create'
import { roleBindingsDelete } from './role-bindings/delete'
import { roleBindingsList } from './role-bindings/list'
import { rolesCreate } from './roles/create'
import { rolesDelete } from './roles/delete'
import { rolesList } from './roles/list'
import { rolesShow } from './roles/show'
import { rolesUpdate } from './roles/update'
import { sessionsKill } from './sessions/kill'
import { sessionsList } from './sessions/list'
import { sessionsReplay } from './sessions/replay'
import { sessionsShow } from './sessions/show'
import { sessionsWatch } from './sessions/watch'
import { sshCertificates } from './ssh/certificates'
import { sshLogin } from './ssh/login'
import { sshRefresh } from './ssh/refresh'
import { sshRevoke } from './ssh/revoke'
import { webhooksCreate } from './webhooks/create'
import { webhooksDelete } from './webhooks/delete'
import { webhooksList } from './webhooks/list'
import { webhooksRotateSecret } from './webhooks/rotate-secret'
import { webhooksShow } from './webhooks/show'
import type { Register } from './command'
import { login } from './login'
import { logout } from './logout'
import { sql } from './sql'
import { token } from './token'
import { toolsAccept } from './tools/accept'
import { toolsList } from './tools/list'
import { whoami } from './whoami'

/** Commands that stand for themselves. */
export const verbs: readonly Register[] = [login, logout, whoami, token, sql]

/** Commands under the noun that they are about. */
export const nouns: readonly {
  readonly name: string
  readonly description: string
  readonly commands: readonly Register[]
}[] = [
  {
    name: 'agents',
    description: 'Agents',
    commands: [agentsAssign, agentsList, agentsRevoke, agentsShow, agentsUnassign],
  },
  {
    name: 'approvals',
    description: 'Approval requests',
    commands: [approvalsApprove, approvalsList, approvalsReject, approvalsShow],
  },
  {
    name: 'audit',
    description: 'The audit log',
    commands: [auditCheckpoint, auditEntries, auditExport, auditKeys, auditShow, auditVerify],
  },
  {
    name: 'connections',
    description: 'Connections to targets',
    commands: [
      connectionsCreate,
      connectionsDelete,
      connectionsList,
      connectionsShow,
      connectionsUpdate,
    ],
  },
  {
    name: 'credentials',
    description: 'What unlocks targets',
    commands: [credentialsList, credentialsSet],
  },
  {
    name: 'issuers',
    description: 'OpenID Connect issuers',
    commands: [issuersCreate, issuersDelete, issuersList, issuersShow, issuersUpdate],
  },
  {
    name: 'join-tokens',
    description: 'Tokens that new agents join with',
    commands: [joinTokensCreate, joinTokensList, joinTokensWithdraw],
  },
  { name: 'operations', description: 'Operations', commands: [operationsList, operationsShow] },
  {
    name: 'policies',
    description: 'Policies',
    commands: [
      policiesActivate,
      policiesApply,
      policiesDiff,
      policiesDryRun,
      policiesExplain,
      policiesList,
      policiesRetire,
      policiesShow,
      policiesTest,
      policiesValidate,
    ],
  },
  {
    name: 'principals',
    description: 'People and workloads that were seen',
    commands: [principalsDisable, principalsEnable, principalsList, principalsShow],
  },
  { name: 'proxy', description: 'The forward proxy of agents', commands: [proxyAuthority] },
  {
    name: 'role-bindings',
    description: 'Who holds which role',
    commands: [roleBindingsCreate, roleBindingsDelete, roleBindingsList],
  },
  {
    name: 'roles',
    description: 'Roles',
    commands: [rolesCreate, rolesDelete, rolesList, rolesShow, rolesUpdate],
  },
  {
    name: 'sessions',
    description: 'Sessions',
    commands: [sessionsKill, sessionsList, sessionsReplay, sessionsShow, sessionsWatch],
  },
  {
    name: 'ssh',
    description: 'OpenSSH for connections',
    commands: [sshCertificates, sshLogin, sshRefresh, sshRevoke],
  },
  { name: 'tools', description: 'Tools of MCP servers', commands: [toolsAccept, toolsList] },
  {
    name: 'webhooks',
    description: 'Webhooks',
    commands: [webhooksCreate, webhooksDelete, webhooksList, webhooksRotateSecret, webhooksShow],
  },
]
