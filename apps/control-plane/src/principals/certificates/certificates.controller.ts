import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common'
import type { Identity } from '../../common/auth/identity'
import { Authenticated, CurrentIdentity } from '../../common/auth/route-access'
import {
  Answers,
  BodyOf,
  type IdParams,
  idParams,
  ParamsOf,
  QueryOf,
} from '../../common/http/input'
import {
  authoritiesAnswer,
  certificateAnswer,
  certificatePage,
  certificateParams,
  type CertificateParams,
  certificateQuery,
  type CertificateQuery,
  newCertificate,
  type NewCertificate,
} from './certificates.dto'
import { CertificatesService } from './certificates.service'

/** Everybody has its own keys certified; others' can be read with principals:read and revoked with principals:write. */
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

  @Get('principals/:id/ssh-certificates')
  @Authenticated()
  @Answers('SSH certificates of a principal that count, newest first', certificatePage)
  list(
    @CurrentIdentity() by: Identity,
    @ParamsOf(idParams) { id }: IdParams,
    @QueryOf(certificateQuery) query: CertificateQuery,
  ) {
    return this.certificates.list(by, id, query)
  }

  @Delete('principals/:id/ssh-certificates/:serial')
  @HttpCode(204)
  @Authenticated()
  @Answers('Revokes an SSH certificate')
  revoke(
    @CurrentIdentity() by: Identity,
    @ParamsOf(certificateParams) { id, serial }: CertificateParams,
  ) {
    return this.certificates.revoke(by, id, serial)
  }
}
