import { Controller, Get, Header } from '@nestjs/common'
import { Public } from '../common/auth/route-access'
import { Answers } from '../common/http/input'
import { Metrics } from '../common/metrics/metrics'

const contentType = 'text/plain; version=0.0.4; charset=utf-8'

@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Public()
  @Header('Content-Type', contentType)
  @Answers('Metrics for Prometheus', undefined, 'text/plain')
  read() {
    return this.metrics.registry.metrics()
  }
}
