import { Global, Module } from '@nestjs/common'
import { Authenticator } from '../common/auth/authenticator'
import { ConnectionsModule } from '../connections/connections.module'
import { PrincipalsModule } from '../principals/principals.module'
import { RolesModule } from '../roles/roles.module'
import { BootstrapRepository } from './bootstrap.repository'
import { BootstrapService } from './bootstrap.service'
import { ConsoleSessions } from './console-sessions'
import { IdentityBuilder } from './identity-builder'
import { IdentityController } from './identity.controller'
import { IdentityService } from './identity.service'
import { IssuersController } from './issuers/issuers.controller'
import { IssuersRepository } from './issuers/issuers.repository'
import { IssuersService } from './issuers/issuers.service'
import { LoginJournal } from './login-journal'
import { LoginClients } from './login/login-clients'
import { LoginStates } from './login/login-state'
import { LoginController } from './login/login.controller'
import { LoginService } from './login/login.service'
import { TokenExchangeService } from './token-exchange.service'
import { IssuerTokens } from './tokens/issuer-tokens'
import { SigningKeyStore } from './tokens/signing-key'
import { WardgateTokens } from './tokens/wardgate-tokens'

@Global()
@Module({
  imports: [ConnectionsModule, PrincipalsModule, RolesModule],
  controllers: [IssuersController, IdentityController, LoginController],
  providers: [
    IssuersRepository,
    IssuersService,
    IssuerTokens,
    SigningKeyStore,
    WardgateTokens,
    IdentityBuilder,
    LoginJournal,
    ConsoleSessions,
    IdentityService,
    { provide: Authenticator, useExisting: IdentityService },
    TokenExchangeService,
    LoginClients,
    LoginStates,
    LoginService,
    BootstrapRepository,
    BootstrapService,
  ],
  exports: [Authenticator, IdentityService, PrincipalsModule],
})
export class IdentityModule {}
