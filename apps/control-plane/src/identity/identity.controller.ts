import { Controller, Get, HttpCode, Ip, Post, UseInterceptors } from '@nestjs/common'
import { z } from 'zod'
import { type Identity, permissionsOf } from '../common/auth/identity'
import { permissions } from '../common/auth/permissions'
import { Authenticated, CurrentIdentity, Public } from '../common/auth/route-access'
import { Answers, FormOf } from '../common/http/input'
import { SecretAnswer } from '../common/http/idempotency.interceptor'
import { OAuthErrors } from './oauth-errors.interceptor'
import { exchangeAnswer, exchangeRequest, type ExchangeRequest } from './token-exchange.dto'
import { TokenExchangeService } from './token-exchange.service'
import { SigningKeyStore } from './tokens/signing-key'

const meAnswer = z.object({
  principal: z.object({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['person', 'workload']),
    groups: z.array(z.string()),
    email: z.string(),
  }),
  permissions: z.array(z.enum(permissions)),
  csrfToken: z.string().optional().describe('For log-ins by cookie.'),
})

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) })

@Controller()
export class IdentityController {
  constructor(
    private readonly exchange: TokenExchangeService,
    private readonly keys: SigningKeyStore,
  ) {}

  @Get('v1/me')
  @Authenticated()
  @Answers('Who is asking and what it may do', meAnswer)
  me(@CurrentIdentity() identity: Identity) {
    return describe(identity)
  }

  @Post('v1/token')
  @HttpCode(200)
  @Public()
  @SecretAnswer()
  @UseInterceptors(OAuthErrors)
  @Answers('Exchanges a token for one that is good for one connection (RFC 8693)', exchangeAnswer)
  token(@FormOf(exchangeRequest) request: ExchangeRequest, @Ip() address: string) {
    return this.exchange.exchange(request, address)
  }

  @Get('.well-known/jwks.json')
  @Public()
  @Answers('Keys of Wardgate tokens', keySet)
  async jwks() {
    return { keys: [(await this.keys.get()).publicJwk] }
  }
}

function describe(identity: Identity) {
  const { id, name, kind, groups, email } = identity.principal
  return {
    principal: { id, name, kind, groups, email },
    permissions: permissionsOf(identity),
    ...(identity.csrfToken === undefined ? {} : { csrfToken: identity.csrfToken }),
  }
}
