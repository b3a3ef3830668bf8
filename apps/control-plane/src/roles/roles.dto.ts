import { z } from 'zod'
import { permissions } from '../common/auth/permissions'
import { pageOf, pageQuery } from '../common/http/page'
import { subjectPattern } from './subject'

const roleFields = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens'),
  description: z.string().max(500),
  permissions: z.array(z.enum(permissions)).min(1).max(permissions.length),
}

export const createRole = z.strictObject({
  ...roleFields,
  description: roleFields.description.default(''),
})
export type CreateRole = z.output<typeof createRole>

export const updateRole = z.strictObject(roleFields).partial()
export type UpdateRole = z.output<typeof updateRole>

export const roleAnswer = z.object({
  id: z.uuid(),
  ...roleFields,
  builtIn: z.boolean(),
  version: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export const rolePage = pageOf(roleAnswer)

/** Of a connection; `*` stands for any run of characters. */
export const connectionPattern = z
  .string()
  .regex(/^[a-z0-9*][a-z0-9*._-]{0,99}$/, 'must be a connection name, `*` allowed')

export const createRoleBinding = z.strictObject({
  role: z.string().min(1).max(63).describe('Name of the role.'),
  subject: z
    .string()
    .max(500)
    .regex(
      subjectPattern,
      'must be group:<name>, subject:<sub>, principal:<id> or claim:<name>=<value>, after `<issuer>/` if wanted',
    ),
  connections: z
    .array(connectionPattern)
    .max(50)
    .default([])
    .describe('Name patterns of the connections it holds for; empty = all.'),
})
export type CreateRoleBinding = z.output<typeof createRoleBinding>

export const roleBindingQuery = pageQuery.extend({
  roleId: z.uuid().optional(),
  subject: z.string().max(500).optional(),
})
export type RoleBindingQuery = z.output<typeof roleBindingQuery>

export const roleBindingAnswer = z.object({
  id: z.uuid(),
  roleId: z.uuid(),
  role: z.string(),
  subject: z.string(),
  connections: z.array(z.string()),
  createdAt: z.iso.datetime(),
})
export const roleBindingPage = pageOf(roleBindingAnswer)
