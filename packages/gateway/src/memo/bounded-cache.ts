/** Least-recently-used within a factor of two: two generations, so that a hit moves nothing. */
export class BoundedCache<V> {
  readonly #maxEntries: number
  readonly #maxCharacters: number
  #young = new Map<string, V>()
  #old = new Map<string, V>()
  #youngCharacters = 0

  /** Holds at most `maxEntries` entries whose keys have at most `maxCharacters` in all. */
  constructor(limits: { readonly maxEntries: number; readonly maxCharacters: number }) {
    this.#maxEntries = limits.maxEntries
    this.#maxCharacters = limits.maxCharacters
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) {
      this.#old.delete(key)
      this.set(key, old)
    }
    return old
  }

  set(key: string, value: V): void {
    if (key.length * 2 > this.#maxCharacters) return
    this.#old.delete(key)
    if (this.#young.has(key)) {
      this.#young.set(key, value)
      return
    }
    if (
      (this.#young.size + 1) * 2 > this.#maxEntries ||
      (this.#youngCharacters + key.length) * 2 > this.#maxCharacters
    ) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngCharacters = 0
    }
    this.#young.set(key, value)
    this.#youngCharacters += key.length
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
    this.#youngCharacters = 0
  }
}
