import { AuthError } from '@wardgate/errors'
import { z } from 'zod'
import { fetchJson } from './fetch-json'

const metadataSchema = z.looseObject({
  issuer: z.string(),
  jwks_uri: z.string(),
})

/** OpenID Connect Discovery 1.0, section 4. */
export async function readMetadata(issuer: string): Promise<z.output<typeof metadataSchema>> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const metadata = await fetchJson(url, metadataSchema)
  // Section 4.3: a document that names another issuer could lend us that issuer's keys.
  if (metadata.issuer !== issuer)
    throw new AuthError(
      'ERR_AUTH_ISSUER_UNREACHABLE',
      `the metadata of ${issuer} names another issuer`,
    )
  return metadata
}
