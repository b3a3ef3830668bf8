import { createHmac } from 'node:crypto'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { checkedAddress } from './checked-address'

const sendMillis = 10_000
const longestAnswerBytes = 65_536

/**
 * `t=<unix seconds>,v1=<hex HMAC-SHA-256 of "t.body">`: the receiver checks age and origin with one key. While two keys
 * are live there is a v1 for each, and one that fits is enough.
 */
export function signature(secrets: readonly string[], seconds: number, body: string): string {
  const macs = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'),
  )
  return [`t=${seconds}`, ...macs.map((mac) => `v1=${mac}`)].join(',')
}

export interface Sending {
  readonly url: string
  readonly body: string
  readonly secrets: readonly string[]
  /** Unix seconds of the signature. */
  readonly seconds: number
  readonly allowPrivate: boolean
  readonly signal: AbortSignal
}

/** Resolves when the receiver answered 2xx; a redirect is no such answer and is not followed. */
export async function sendWebhook(sending: Sending): Promise<void> {
  const url = new URL(sending.url)
  if (url.protocol !== 'https:' && !sending.allowPrivate) throw new Error('the URL is not https')
  const signal = AbortSignal.any([sending.signal, AbortSignal.timeout(sendMillis)])
  const checked = await checkedAddress(url.hostname, sending.allowPrivate)
  const status = await post(url, checked, sending, signal)
  if (status < 200 || status > 299) throw new Error(`the receiver answered ${status}`)
}

function post(
  url: URL,
  { address, family }: { readonly address: string; readonly family: number },
  { body, secrets, seconds }: Sending,
  signal: AbortSignal,
): Promise<number> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      signal,
      agent: false,
      lookup: (_host, options, done) => {
        if (options.all === true) done(null, [{ address, family }])
        else done(null, address, family)
      },
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        'User-Agent': 'wardgate',
        'Wardgate-Signature': signature(secrets, seconds, body),
      },
    })
    request.once('error', reject)
    request.once('response', (answer) => {
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > longestAnswerBytes) answer.destroy()
      })
      answer.once('error', reject)
      answer.once('close', () => resolve(answer.statusCode ?? 0))
    })
    request.end(body)
  })
}
