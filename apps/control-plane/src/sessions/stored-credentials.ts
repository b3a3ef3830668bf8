import { Injectable } from '@nestjs/common'
import { CredentialService } from '../credentials/credentials.service'
import { TargetCredentials } from './target-credentials'

@Injectable()
export class StoredCredentials extends TargetCredentials {
  constructor(private readonly credentials: CredentialService) {
    super()
  }

  override openFor(connectionId: string) {
    return this.credentials.openFor(connectionId)
  }
}
