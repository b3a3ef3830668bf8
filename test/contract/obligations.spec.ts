import { OpenSession } from '@wardgate/contract'
import { openToWire } from '../../apps/agent/src/control/open-request'
import { obligations } from '../../apps/control-plane/src/decisions/obligations'
import { obligationsOf } from '../../apps/control-plane/src/grpc/wire/obligations'

it('lets an agent of this version fulfil everything that the control plane may ask for', () => {
  const request = {
    connection: 'shop',
    protocol: 'postgres',
    unverifiedCredential: 't',
    database: '',
    clientAddress: '127.0.0.1:1',
    listener: 'l',
    claimed: {},
  }
  const sent = openToWire(request, { sessionId: '', traceparent: '' })
  const { fulfils } = OpenSession.decode(OpenSession.encode(sent).finish())
  expect([...obligationsOf(fulfils)].sort()).toEqual([...obligations].sort())
})
