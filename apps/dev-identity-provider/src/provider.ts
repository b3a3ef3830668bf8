import Provider, { type ClientMetadata, type Configuration } from 'oidc-provider'
import { personBySubject, workloadByClient, workloads } from './people'
import { mintingClient, type State } from './state'
import type { Settings } from './settings'
import { personGrant, personGrantType } from './person-grant'

const minute = 60

/** A provider whose access tokens are ES256 JWTs with groups, the way large issuers make them. */
export function createProvider(settings: Settings, state: State): Provider {
  const provider = new Provider(settings.issuer, configuration(settings, state))
  provider.registerGrantType(personGrantType, personGrant(settings.audience), ['subject'])
  return provider
}

function configuration(settings: Settings, state: State): Configuration {
  return {
    clients: clients(settings, state),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [state.signingKey] },
    cookies: { keys: [state.cookieKey] },
    claims: { openid: ['sub', 'groups', 'token_use'], profile: ['name'], email: ['email'] },
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    pkce: { required: () => true },
    clientBasedCORS: () => false,
    ttl: {
      AccessToken: 30 * minute,
      ClientCredentials: 15 * minute,
      Grant: 24 * 60 * minute,
      IdToken: 30 * minute,
      Interaction: 30 * minute,
      Session: 8 * 60 * minute,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `urn:${settings.audience}`,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'openid profile email',
          audience: settings.audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 15 * minute,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, subject) => {
      const person = personBySubject(subject)
      return (
        person && { accountId: subject, claims: () => ({ sub: subject, ...personClaims(subject) }) }
      )
    },
    extraTokenClaims: (_context, token) => {
      if (token.kind === 'AccessToken') return personClaims(token.accountId)
      return workloadClaims(token.clientId ?? '')
    },
    loadExistingGrant: async (context) => {
      const { client, session, provider } = context.oidc
      if (!client || !session?.accountId) return undefined
      // Consent to one's own gateway is given by logging in.
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid profile email offline_access')
      grant.addResourceScope(`urn:${settings.audience}`, 'openid profile email')
      await grant.save()
      return grant
    },
    renderError: (context, out) => {
      context.type = 'text/plain'
      context.body = `${out.error}: ${out.error_description ?? ''}\n`
    },
  }
}

function clients(settings: Settings, state: State): ClientMetadata[] {
  const publicClient = {
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
  } as const
  const secretOf = (clientId: string): string => state.secrets[clientId] ?? ''
  return [
    {
      client_id: 'wardgate-console',
      ...publicClient,
      redirect_uris: [...settings.redirects],
    },
    // RFC 8252 section 7.3: any port of a loopback address matches for native applications.
    {
      client_id: 'wardgate-cli',
      ...publicClient,
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
    },
    ...workloads.map(({ clientId }) =>
      confidential(clientId, secretOf(clientId), 'client_credentials'),
    ),
    confidential(mintingClient, secretOf(mintingClient), personGrantType),
  ]
}

function confidential(clientId: string, secret: string, grantType: string): ClientMetadata {
  return {
    client_id: clientId,
    client_secret: secret,
    grant_types: [grantType],
    response_types: [],
    redirect_uris: [],
  }
}

function personClaims(subject: string): Record<string, unknown> {
  const person = personBySubject(subject)
  if (!person) return {}
  return { name: person.name, email: person.email, groups: person.groups, token_use: 'person' }
}

function workloadClaims(clientId: string): Record<string, unknown> {
  const workload = workloadByClient(clientId)
  if (!workload) return {}
  return { name: workload.name, groups: workload.groups, owner: workload.owner, ...workload.claims }
}
