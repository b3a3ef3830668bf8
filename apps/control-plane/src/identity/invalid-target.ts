import { InvalidRequest } from '../common/http/invalid-request'

/** RFC 8693 section 2.2.2: no token is issued for this audience. */
export class InvalidTarget extends InvalidRequest {
  readonly oauthError = 'invalid_target'

  constructor(connection: string) {
    super([{ path: 'audience', message: `there is no connection ${connection}` }])
  }
}
