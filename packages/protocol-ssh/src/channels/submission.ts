import type { Denial, Operation, Permit } from '@wardgate/gateway'
import type { Writable } from 'node:stream'
import { holdText, refusalText } from '../errors'
import type { Relaying } from './relaying'

/**
 * Submits on behalf of one channel: told on its stderr while it is held, withdrawn when the channel closes. The
 * recording has what the client is told instead of an answer.
 */
export async function submitFrom(
  { gate }: Relaying,
  operation: Operation,
  { stderr, closed }: { readonly stderr: Writable | undefined; readonly closed: AbortSignal },
): Promise<Permit | Denial> {
  const record = (text: string) => gate.record('out', Buffer.from(text))
  const answer = await gate.submit(operation, {
    held: (hold) => {
      const text = holdText(hold)
      stderr?.write(text)
      record(text)
    },
    signal: closed,
  })
  if (answer.kind === 'denial') record(refusalText(answer.error, answer.operationId))
  return answer
}
