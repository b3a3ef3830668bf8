import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common'
import type { Identity } from '../../common/auth/identity'
import { Authenticated, CurrentIdentity } from '../../common/auth/route-access'
import {
  Answers,
  BodyOf,
  type IdParams,
  idParams,
  ParamsOf,
  QueryOf,
} from '../../common/http/input'
import {
  keyAnswer,
  keyPage,
  keyParams,
  type KeyParams,
  keyQuery,
  type KeyQuery,
  newKey,
  type NewKey,
} from './keys.dto'
import { KeysService } from './keys.service'

/** Everybody manages its own keys; others' can be read with principals:read and revoked with principals:write. */
@Controller('v1/principals/:id/keys')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  @Get()
  @Authenticated()
  @Answers('Public keys of a principal, newest first', keyPage)
  list(
    @CurrentIdentity() by: Identity,
    @ParamsOf(idParams) { id }: IdParams,
    @QueryOf(keyQuery) query: KeyQuery,
  ) {
    return this.keys.list(by, id, query)
  }

  @Post()
  @Authenticated()
  @Answers('Registers a public key of the caller', keyAnswer)
  add(
    @CurrentIdentity() by: Identity,
    @ParamsOf(idParams) { id }: IdParams,
    @BodyOf(newKey) input: NewKey,
  ) {
    return this.keys.add(by, id, input)
  }

  @Delete(':keyId')
  @HttpCode(204)
  @Authenticated()
  @Answers('Revokes a public key')
  revoke(@CurrentIdentity() by: Identity, @ParamsOf(keyParams) { id, keyId }: KeyParams) {
    return this.keys.revoke(by, id, keyId)
  }
}
