import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { personBySubject } from './people'
import { personGrantType } from './person-grant-type'

export { personGrantType }

/**
 * A token for a person without a browser, so that scripts can play one. Only the minting client, whose secret
 * lies in the private state file, has this grant.
 */
export function personGrant(audience: string) {
  return async (context: KoaContextWithOIDC): Promise<void> => {
    const { client, params, provider } = context.oidc
    const subject = params?.['subject']
    const person = typeof subject === 'string' ? personBySubject(subject) : undefined
    if (!client || !person) throw new errors.InvalidGrant('no such person')
    const grant = new provider.Grant({ clientId: client.clientId, accountId: person.subject })
    const resource = `urn:${audience}`
    const scope = 'openid profile email'
    grant.addOIDCScope(scope)
    grant.addResourceScope(resource, scope)
    const grantId = await grant.save()
    const token = new provider.AccessToken({
      client,
      accountId: person.subject,
      grantId,
      gty: personGrantType,
      scope,
      claims: {},
    })
    token.resourceServer = new provider.ResourceServer(resource, {
      scope,
      audience,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: 'ES256' } },
    })
    token.scope = token.resourceServer.scope
    context.body = {
      access_token: await token.save(),
      expires_in: token.expiration,
      token_type: 'Bearer',
      scope: token.scope,
    }
  }
}
