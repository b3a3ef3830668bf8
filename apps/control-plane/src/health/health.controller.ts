import { Controller, Get } from '@nestjs/common'
import { z } from 'zod'
import { Public } from '../common/auth/route-access'
import { Answers } from '../common/http/input'
import { HealthService } from './health.service'

const health = z.object({ status: z.literal('ok') })

@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Public()
  @Answers('Whether the process answers', health)
  live() {
    return this.health.live()
  }

  @Get('ready')
  @Public()
  @Answers('Whether requests can be served', health)
  ready() {
    return this.health.ready()
  }
}
