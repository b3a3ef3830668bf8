import { get } from 'node:http'

const limitMillis = 2000

/** Rejects unless the URL answers with a success. */
export function httpProbe(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Without keep-alive, and lighter than fetch: many of these are sent while everything starts.
    const request = get(url, { agent: false, timeout: limitMillis }, (response) => {
      response.resume()
      if (response.statusCode === 200) resolve()
      else reject(new Error(`${url} answers ${response.statusCode}`))
    })
    request.once('timeout', () => request.destroy(new Error(`${url} does not answer`)))
    request.once('error', reject)
  })
}
