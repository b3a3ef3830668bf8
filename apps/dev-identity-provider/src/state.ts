import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { replaceFile } from '@wardgate/state-file'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { z } from 'zod'
import { workloads } from './people'

const stateSchema = z.object({
  issuer: z.string(),
  signingKey: z.record(z.string(), z.unknown()),
  cookieKey: z.string(),
  /** Secret by client id; `wardgate-development` may mint tokens for people. */
  secrets: z.record(z.string(), z.string()),
})

export type State = z.infer<typeof stateSchema>

export const mintingClient = 'wardgate-development'

/** Keys and client secrets outlive a restart, so that tokens stay valid; the file is private to its owner. */
export async function loadState(file: string, issuer: string): Promise<State> {
  const state = existsSync(file) ? readState(file) : await newState(issuer)
  const current = { ...state, issuer }
  mkdirSync(dirname(file), { recursive: true })
  replaceFile(file, JSON.stringify(current, null, 2))
  return current
}

export function readState(file: string): State {
  return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
}

async function newState(issuer: string): Promise<State> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const signingKey: JWK = {
    ...(await exportJWK(privateKey)),
    kid: randomBytes(8).toString('hex'),
    alg: 'ES256',
    use: 'sig',
  }
  const clients = [...workloads.map((workload) => workload.clientId), mintingClient]
  return {
    issuer,
    signingKey: { ...signingKey },
    cookieKey: randomBytes(32).toString('base64url'),
    secrets: Object.fromEntries(clients.map((id) => [id, randomBytes(24).toString('base64url')])),
  }
}
