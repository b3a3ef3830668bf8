import { Injectable } from '@nestjs/common'
import { mayReadMetrics } from '@wardgate/config'
import { AuthError } from '@wardgate/errors'
import { Metrics } from '../common/metrics/metrics'
import { Config } from '../config/config'

@Injectable()
export class MetricsService {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  read(authorization: string | undefined): Promise<string> {
    if (mayReadMetrics(this.config.metrics, authorization)) return this.metrics.registry.metrics()
    throw new AuthError('ERR_AUTH_MISSING', 'metrics are not for everybody', {
      nextStep: 'Set WARDGATE_METRICS_TOKEN, and send it as a bearer token.',
    })
  }
}
