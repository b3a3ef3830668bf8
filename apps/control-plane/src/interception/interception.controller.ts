import { Controller, Get, Header } from '@nestjs/common'
import { z } from 'zod'
import { Authenticated } from '../common/auth/route-access'
import { Answers } from '../common/http/input'
import { InterceptionAuthority } from './interception-authority.service'

@Controller('v1/interception')
export class InterceptionController {
  constructor(private readonly authority: InterceptionAuthority) {}

  @Get('authority')
  @Authenticated()
  @Header('Content-Type', 'application/pem-certificate-chain')
  @Answers(
    'The certificate that clients of the forward proxy have to trust, as PEM',
    z.string(),
    'application/pem-certificate-chain',
  )
  get() {
    return this.authority.pem()
  }
}
