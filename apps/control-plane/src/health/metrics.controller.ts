import { Controller, Get, Header, Headers } from '@nestjs/common'
import { Public } from '../common/auth/route-access'
import { Answers } from '../common/http/input'
import { MetricsService } from './metrics.service'

const contentType = 'text/plain; version=0.0.4; charset=utf-8'

@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: MetricsService) {}

  @Get()
  @Public()
  @Header('Content-Type', contentType)
  @Answers(
    'Metrics for Prometheus, for who sends the token of the configuration',
    undefined,
    'text/plain',
  )
  read(@Headers('authorization') authorization: string | undefined) {
    return this.metrics.read(authorization)
  }
}
