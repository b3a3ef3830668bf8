import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { CurrentPrincipal, RequirePermission } from '../common/auth/route-access'
import { Creates } from '../common/http/created.interceptor'
import { SecretAnswer } from '../common/http/idempotency.interceptor'
import { Answers, BodyOf, type IdParams, idParams, ParamsOf, QueryOf } from '../common/http/input'
import { IfMatch, Versioned } from '../common/http/precondition'
import {
  createdWebhook,
  createWebhook,
  type CreateWebhook,
  rotateSecret,
  type RotateSecret,
  updateWebhook,
  type UpdateWebhook,
  webhookAnswer,
  webhookPage,
  webhookQuery,
  type WebhookQuery,
} from './webhooks.dto'
import { WebhooksService } from './webhooks.service'

@Controller('v1/webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Get()
  @RequirePermission('webhooks:read')
  @Answers('Webhooks, newest first', webhookPage)
  list(@QueryOf(webhookQuery) query: WebhookQuery) {
    return this.webhooks.list(query)
  }

  @Post()
  @Creates()
  @Versioned()
  @SecretAnswer()
  @RequirePermission('webhooks:write')
  @Answers('The webhook, and the key of its signatures, shown this once', createdWebhook)
  create(@BodyOf(createWebhook) input: CreateWebhook, @CurrentPrincipal() by: IdentifiedPrincipal) {
    return this.webhooks.create(input, by)
  }

  @Get(':id')
  @Versioned()
  @RequirePermission('webhooks:read')
  @Answers('One webhook', webhookAnswer)
  get(@ParamsOf(idParams) { id }: IdParams) {
    return this.webhooks.get(id)
  }

  @Patch(':id')
  @Versioned()
  @RequirePermission('webhooks:write')
  @Answers('Changes the fields given', webhookAnswer)
  update(
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
    @BodyOf(updateWebhook) input: UpdateWebhook,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.webhooks.update(id, version, input, by)
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @Versioned()
  @SecretAnswer()
  @RequirePermission('webhooks:write')
  @Answers('Makes a new key of signatures, shown this once; both sign for a while', createdWebhook)
  rotateSecret(
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
    @BodyOf(rotateSecret) input: RotateSecret,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.webhooks.rotateSecret(id, version, input, by)
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('webhooks:write')
  @Answers('Removes a webhook')
  delete(
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.webhooks.delete(id, version, by)
  }
}
