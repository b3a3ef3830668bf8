import { ConfigError } from '@wardgate/errors'

/** `wgj1.<secret>.<sha256 of the authority's certificate, DER, lower hex>` */
export interface JoinToken {
  readonly raw: string
  readonly authorityDigest: string
}

const pattern = /^wgj1\.[A-Za-z0-9_-]+\.([0-9a-f]{64})$/

export function parseJoinToken(raw: string): JoinToken {
  const authorityDigest = pattern.exec(raw)?.[1]
  if (authorityDigest === undefined) {
    throw new ConfigError('ERR_CONFIG_INVALID', 'the join token is not a join token', {
      nextStep: 'Create one on the control plane and copy it whole.',
    })
  }
  return { raw, authorityDigest }
}
