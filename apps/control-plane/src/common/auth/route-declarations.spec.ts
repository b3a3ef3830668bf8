import { Controller, Get, Module } from '@nestjs/common'
import { DiscoveryModule } from '@nestjs/core'
import { Test } from '@nestjs/testing'
import { Public } from './route-access'
import { RouteDeclarations } from './route-declarations'

@Controller()
class Declared {
  @Get('open')
  @Public()
  open() {
    return 'open'
  }
}

@Controller()
class Forgotten {
  @Get('forgotten')
  forgotten() {
    return 'secret'
  }
}

async function boot(controllers: (typeof Declared | typeof Forgotten)[]) {
  @Module({ imports: [DiscoveryModule], controllers, providers: [RouteDeclarations] })
  class Routes {}
  const module = await Test.createTestingModule({ imports: [Routes] }).compile()
  await module.init()
  await module.close()
}

describe('route declarations', () => {
  it('let an application start whose routes all say who may call them', async () => {
    await expect(boot([Declared])).resolves.toBeUndefined()
  })

  it('stop the start when a route does not say it', async () => {
    await expect(boot([Declared, Forgotten])).rejects.toThrow('Forgotten.forgotten')
  })
})
