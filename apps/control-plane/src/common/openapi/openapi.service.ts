import { Injectable, type Type } from '@nestjs/common'
import { DiscoveryService } from '@nestjs/core'
import { version } from '../version'
import { describeApi } from './describe-api'

@Injectable()
export class OpenApiService {
  #document: Record<string, unknown> | undefined

  constructor(private readonly discovery: DiscoveryService) {}

  document(): Record<string, unknown> {
    this.#document ??= describeApi(
      this.discovery.getControllers().map(({ metatype }) => metatype as Type),
      version,
    )
    return this.#document
  }
}
