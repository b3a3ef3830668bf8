import { z } from 'zod'
import { policyDocumentSchema } from './document'

/** JSON Schema (2020-12) of a policy document, for editors. What it cannot say, parsePolicy checks. */
export const policyJsonSchema: Readonly<Record<string, unknown>> = {
  title: 'Wardgate policy',
  ...z.toJSONSchema(policyDocumentSchema, { io: 'input' }),
}
