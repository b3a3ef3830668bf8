import { backlogCell } from '../../api/backlog'
import { member } from '../../config/standalone'
import { column } from '../../run'
import type { Resource } from '../resource'

export const agent: Resource = {
  noun: 'agent',
  path: '/v1/agents',
  columns: [
    column('name'),
    column('last seen', 'lastSeenAt'),
    { title: 'NOT ARRIVED', value: backlogCell },
    column('protocols'),
    column('certificate until', 'certificateUntil'),
    { title: 'TWO AT ONCE', value: (agent) => member(agent['health'], 'identitySharedAt') },
    column('revoked', 'revokedAt'),
    column('id', 'id', 36),
  ],
}
