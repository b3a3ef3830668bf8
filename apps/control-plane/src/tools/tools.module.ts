import { Module } from '@nestjs/common'
import { ConnectionsModule } from '../connections/connections.module'
import { ToolPinsRepository } from './tool-pins.repository'
import { ToolPinsService } from './tool-pins.service'
import { ToolsController } from './tools.controller'
import { ToolsService } from './tools.service'

@Module({
  imports: [ConnectionsModule],
  controllers: [ToolsController],
  providers: [ToolPinsRepository, ToolPinsService, ToolsService],
  exports: [ToolPinsService],
})
export class ToolsModule {}
