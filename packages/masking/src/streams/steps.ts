import type { StreamMasker } from '../plan'
import { noBytes } from './unreadable'

/** Work that is done a step at a time: between two of them others have their turn. */
export type Steps<T> = Generator<undefined, T, undefined>

/** What one step looks at: every detector at once takes some 20 ms for so much of the worst text. */
export const stepBytes = 16 * 1024

/** All of it at once. */
export function finished<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

/** A whole body as the client may see it: one step where it is no longer than that. */
export function* fed(masker: StreamMasker, bytes: Uint8Array): Steps<Buffer> {
  const shown: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += stepBytes) {
    if (at > 0) yield
    shown.push(masker.write(bytes.subarray(at, at + stepBytes)))
    for (; masker.isBehind; yield) shown.push(masker.write(noBytes))
  }
  shown.push(masker.end())
  return Buffer.concat(shown)
}
