import { Module } from '@nestjs/common'
import { DeliveryService } from './delivery.service'
import { DispatchService } from './dispatch.service'
import { OutboxRepository } from './outbox.repository'
import { WebhooksController } from './webhooks.controller'
import { WebhooksRepository } from './webhooks.repository'
import { WebhooksService } from './webhooks.service'

@Module({
  controllers: [WebhooksController],
  providers: [
    OutboxRepository,
    WebhooksRepository,
    WebhooksService,
    DeliveryService,
    DispatchService,
  ],
  exports: [OutboxRepository],
})
export class NotificationsModule {}
