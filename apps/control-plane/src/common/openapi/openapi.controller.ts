import { Controller, Get } from '@nestjs/common'
import { z } from 'zod'
import { Public } from '../auth/route-access'
import { Answers } from '../http/input'
import { OpenApiService } from './openapi.service'

@Controller('v1/openapi.json')
export class OpenApiController {
  constructor(private readonly api: OpenApiService) {}

  @Get()
  @Public()
  @Answers('This description', z.looseObject({ openapi: z.string() }))
  read() {
    return this.api.document()
  }
}
