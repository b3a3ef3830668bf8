import { Module } from '@nestjs/common'
import { ConnectionsController } from './connections.controller'
import { ConnectionsRepository } from './connections.repository'
import { ConnectionsService } from './connections.service'
import { ListedProtocols } from './listed-protocols'
import { ProtocolDirectory, ProtocolSettings } from './protocol-settings'

@Module({
  controllers: [ConnectionsController],
  providers: [
    ConnectionsRepository,
    ConnectionsService,
    ProtocolSettings,
    { provide: ProtocolDirectory, useClass: ListedProtocols },
  ],
  exports: [ConnectionsService, ProtocolDirectory],
})
export class ConnectionsModule {}
