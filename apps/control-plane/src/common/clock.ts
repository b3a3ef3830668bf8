import { Global, Module } from '@nestjs/common'

/** Unix milliseconds; injected so that tests can set it. */
export abstract class Clock {
  abstract now(): number
}

class SystemClock extends Clock {
  override now(): number {
    return Date.now()
  }
}

@Global()
@Module({ providers: [{ provide: Clock, useClass: SystemClock }], exports: [Clock] })
export class ClockModule {}
