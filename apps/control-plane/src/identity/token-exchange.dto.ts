import { z } from 'zod'
import { longestToken } from './tokens/unverified-token'

const tokenType = z.enum([
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
])
const rawToken = z.string().min(1).max(longestToken)

/** RFC 8693 section 2.1. */
export const exchangeRequest = z
  .strictObject({
    grant_type: z.literal('urn:ietf:params:oauth:grant-type:token-exchange'),
    subject_token: rawToken,
    subject_token_type: tokenType,
    audience: z
      .string()
      .regex(/^connection:.{1,100}$/, 'must be connection:<name>')
      .describe('The connection that the token will be good for.'),
    requested_token_type: tokenType.optional(),
    actor_token: rawToken.optional(),
    actor_token_type: tokenType.optional(),
  })
  .refine(
    (request) => (request.actor_token === undefined) === (request.actor_token_type === undefined),
    {
      path: ['actor_token_type'],
      message: 'is needed with actor_token, and only with it',
    },
  )
export type ExchangeRequest = z.output<typeof exchangeRequest>

export const exchangeAnswer = z.object({
  access_token: z.string(),
  issued_token_type: tokenType,
  token_type: z.literal('Bearer'),
  expires_in: z.number().int(),
})
