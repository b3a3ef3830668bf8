import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'

export interface StreamCall {
  readonly target: URL
  readonly method: string
  readonly headers: Headers
  readonly body: string | undefined
  /** Ends the call, also while the body comes. */
  readonly signal: AbortSignal
  /** How long the head of the answer may take; its body may take as long as it comes. */
  readonly headMillis: number
}

/**
 * The answer with its body as it comes. Not fetch: that one keeps what a slower reader has not taken in one buffer and
 * copies all of it for every chunk, so that a large evidence bundle takes minutes instead of seconds.
 */
export function answerStream(call: StreamCall): Promise<IncomingMessage> {
  const { target, method, headers, body, signal, headMillis } = call
  const send = target.protocol === 'https:' ? overHttps : overHttp
  return new Promise((resolve, reject) => {
    const outgoing = send(target, { method, headers: Object.fromEntries(headers), signal })
    const late = setTimeout(() => {
      const seconds = headMillis / 1000
      outgoing.destroy(new Error(`no answer within ${seconds} s`))
    }, headMillis)
    outgoing.once('error', (error) => {
      clearTimeout(late)
      reject(error)
    })
    outgoing.once('response', (answer) => {
      clearTimeout(late)
      resolve(answer)
    })
    outgoing.end(body)
  })
}
