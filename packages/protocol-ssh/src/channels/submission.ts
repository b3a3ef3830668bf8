import type { Denial, Operation, Permit } from '@wardgate/gateway'
import type { Writable } from 'node:stream'
import { holdText } from '../errors'
import type { Relaying } from './relaying'

/** Submits on behalf of one channel: told on its stderr while it is held, withdrawn when the channel closes. */
export async function submitFrom(
  { gate }: Relaying,
  operation: Operation,
  { stderr, closed }: { readonly stderr: Writable | undefined; readonly closed: AbortSignal },
): Promise<Permit | Denial> {
  return gate.submit(operation, {
    held: (hold) => void stderr?.write(holdText(hold)),
    signal: closed,
  })
}
