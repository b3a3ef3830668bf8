import { AuthError } from '@wardgate/errors'
import type { z } from 'zod'
import { isTrustworthy } from './issuer-url'

const timeoutMillis = 5_000
const largestAnswer = 512 * 1024

/** A JSON document of an issuer. Redirects are refused: they could lead away from TLS or to an inner host. */
export async function fetchJson<T>(url: string, schema: z.ZodType<T>): Promise<T> {
  if (!isTrustworthy(url)) throw unreachable(url, new Error('neither https nor loopback'))
  try {
    const response = await fetch(url, {
      redirect: 'error',
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(timeoutMillis),
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new Error(`status ${response.status}`)
    }
    return schema.parse(JSON.parse(await readBounded(response)))
  } catch (cause) {
    throw unreachable(url, cause)
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array
    size += bytes.length
    if (size > largestAnswer) throw new Error(`answer larger than ${largestAnswer} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function unreachable(url: string, cause: unknown): AuthError {
  return new AuthError('ERR_AUTH_ISSUER_UNREACHABLE', `no valid answer from ${url}`, {
    cause,
    retryable: true,
    logLevel: 'warn',
  })
}
