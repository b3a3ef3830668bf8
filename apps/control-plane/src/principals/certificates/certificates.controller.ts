import { Controller, Get, Post } from '@nestjs/common'
import type { Identity } from '../../common/auth/identity'
import { Authenticated, CurrentIdentity } from '../../common/auth/route-access'
import { Answers, BodyOf, type IdParams, idParams, ParamsOf } from '../../common/http/input'
import {
  authoritiesAnswer,
  certificateAnswer,
  newCertificate,
  type NewCertificate,
} from './certificates.dto'
import { CertificatesService } from './certificates.service'

/** SSH certificates: everybody has its own keys certified, nobody those of others. */
@Controller('v1')
export class CertificatesController {
  constructor(private readonly certificates: CertificatesService) {}

  @Get('ssh-authorities')
  @Authenticated()
  @Answers('Public keys that certify SSH keys', authoritiesAnswer)
  authorities() {
    return this.certificates.trusted()
  }

  @Post('principals/:id/ssh-certificates')
  @Authenticated()
  @Answers('Certifies a public key of the caller', certificateAnswer)
  issue(
    @CurrentIdentity() by: Identity,
    @ParamsOf(idParams) { id }: IdParams,
    @BodyOf(newCertificate) input: NewCertificate,
  ) {
    return this.certificates.issue(by, id, input)
  }
}
