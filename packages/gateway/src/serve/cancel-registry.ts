/** Sessions that an out-of-band cancel request can reach, by the key that their client was given. */
export class CancelRegistry {
  readonly #listeners = new Map<string, () => void>()

  add(key: Uint8Array, listener: () => void): void {
    this.#listeners.set(nameOf(key), listener)
  }

  remove(key: Uint8Array): void {
    this.#listeners.delete(nameOf(key))
  }

  /** Silent when there is no such key: the asker must not learn which keys exist. */
  cancel(key: Uint8Array): void {
    this.#listeners.get(nameOf(key))?.()
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('hex')
}
