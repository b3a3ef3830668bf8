import { z } from 'zod'

/** Every key that the provider reads; the configuration reference is made from it. */
export const envSchema = z.object({
  NODE_ENV: z.string().optional().describe('With `production` the provider refuses to run.'),
  WARDGATE_IDP_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .describe('Port on 127.0.0.1; also part of the issuer.'),
  WARDGATE_IDP_STATE: z.string().min(1).describe('File that keeps its keys and client secrets.'),
  WARDGATE_IDP_AUDIENCE: z.string().default('wardgate').describe('Audience of access tokens.'),
  WARDGATE_IDP_REDIRECTS: z
    .string()
    .default('')
    .describe('Addresses that a console log-in may return to, separated by commas.'),
})

export interface Settings {
  readonly port: number
  readonly issuer: string
  readonly stateFile: string
  readonly audience: string
  /** Where log-ins may return to, besides the loopback addresses of the CLI. */
  readonly redirects: readonly string[]
}

/** Everybody can be anybody here, so it serves loopback only and refuses to run in production. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = envSchema.parse(env)
  if (parsed.NODE_ENV === 'production') {
    throw new Error(
      'the development identity provider does not run in production: register your own OIDC issuer',
    )
  }
  return {
    port: parsed.WARDGATE_IDP_PORT,
    issuer: `http://127.0.0.1:${parsed.WARDGATE_IDP_PORT}`,
    stateFile: parsed.WARDGATE_IDP_STATE,
    audience: parsed.WARDGATE_IDP_AUDIENCE,
    redirects: parsed.WARDGATE_IDP_REDIRECTS.split(',').filter((uri) => uri !== ''),
  }
}
