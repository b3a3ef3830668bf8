import { Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { PATH_METADATA } from '@nestjs/common/constants'
import { DiscoveryService, MetadataScanner } from '@nestjs/core'
import { routeAccessKey } from './route-access'

/** Refuses to start when a route does not say who may call it: what was forgotten must not go unnoticed. */
@Injectable()
export class RouteDeclarations implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onApplicationBootstrap(): void {
    const undeclared = this.discovery.getControllers().flatMap(({ metatype, name }) => {
      if (typeof metatype !== 'function') return []
      const prototype = metatype.prototype as Record<string, object>
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((method) => isUndeclaredRoute(prototype[method]))
        .map((method) => `${name}.${method}`)
    })
    if (undeclared.length > 0)
      throw new Error(
        `routes without an access declaration: ${undeclared.join(', ')}. ` +
          'Add @RequirePermission(…), @Authenticated() or @Public().',
      )
  }
}

function isUndeclaredRoute(handler: object | undefined): boolean {
  return (
    handler !== undefined &&
    Reflect.hasMetadata(PATH_METADATA, handler) &&
    !Reflect.hasMetadata(routeAccessKey, handler)
  )
}
