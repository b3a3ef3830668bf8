import { Global, Module } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { Authenticator } from '../common/auth/authenticator'

class NobodyIsKnown extends Authenticator {
  override authenticate(): Promise<never> {
    return Promise.reject(new AuthError('ERR_AUTH_INVALID_TOKEN', 'no issuer is registered'))
  }

  override authenticateCookie(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
}

@Global()
@Module({
  providers: [{ provide: Authenticator, useClass: NobodyIsKnown }],
  exports: [Authenticator],
})
export class IdentityModule {}
