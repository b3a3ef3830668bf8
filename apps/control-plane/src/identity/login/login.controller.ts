import { Controller, Get, HttpCode, Post, Redirect, Req, Res } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { sessionCookie } from '../../common/auth/access.guard'
import { Authenticated, Public } from '../../common/auth/route-access'
import { Answers, QueryOf } from '../../common/http/input'
import { Config } from '../../config/config'
import { loginSeconds } from './login-state'
import { LoginService } from './login.service'

const loginCookie = 'wardgate_login'

const loginQuery = z.strictObject({
  issuer: z.string().max(63).optional().describe('Name of the issuer; absent = the first one.'),
  returnTo: z.string().max(2000).default('/').describe('Path to go to afterwards.'),
})

const issuerList = z.object({ items: z.array(z.object({ name: z.string() })) })

@Controller('auth')
export class LoginController {
  constructor(
    private readonly login: LoginService,
    private readonly config: Config,
  ) {}

  @Get('issuers')
  @Public()
  @Answers('Issuers that people can log in with', issuerList)
  issuers() {
    return this.login.listIssuers()
  }

  @Get('login')
  @Public()
  @Redirect()
  @Answers('Sends the browser to its issuer')
  async begin(
    @QueryOf(loginQuery) { issuer, returnTo }: z.output<typeof loginQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { url, cookie } = await this.login.begin(issuer, returnTo)
    void reply.setCookie(loginCookie, cookie, this.cookie('/auth', loginSeconds))
    return { url, statusCode: 302 }
  }

  @Get('callback')
  @Public()
  @Redirect()
  @Answers('Where the issuer sends the browser back to')
  async finish(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const state = request.cookies[loginCookie]
    void reply.clearCookie(loginCookie, this.cookie('/auth', 0))
    const { cookie, returnTo } = await this.login.finish(state, request.url, request.ip)
    void reply.setCookie(sessionCookie, cookie, this.cookie('/', this.config.consoleSessionSeconds))
    return { url: returnTo, statusCode: 302 }
  }

  @Post('logout')
  @HttpCode(204)
  @Authenticated()
  @Answers('Ends the log-in of this browser')
  async logout(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.login.logout(request.cookies[sessionCookie] ?? '')
    void reply.clearCookie(sessionCookie, this.cookie('/', 0))
  }

  private cookie(path: string, maxAge: number) {
    const secure = this.config.publicUrl.startsWith('https:')
    return { path, maxAge, httpOnly: true, sameSite: 'lax' as const, secure }
  }
}
