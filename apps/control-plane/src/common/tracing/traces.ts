import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common'
import { noSpans, type Spans, startTracing, type Tracing } from '@wardgate/tracing'
import { Config } from '../../config/config'

/** This process's traces; without a collector in the configuration nothing is made. */
@Injectable()
export class Traces implements OnApplicationShutdown {
  constructor(private readonly tracing: Tracing | undefined) {}

  get spans(): Spans {
    return this.tracing?.spans ?? noSpans
  }

  async onApplicationShutdown(): Promise<void> {
    await this.tracing?.stop()
  }
}

@Global()
@Module({
  providers: [
    {
      provide: Traces,
      inject: [Config],
      useFactory: async ({ traces }: Config) =>
        new Traces(
          traces === undefined ? undefined : await startTracing('wardgate-control-plane', traces),
        ),
    },
  ],
  exports: [Traces],
})
export class TracesModule {}
