import type { NamedValue } from '@wardgate/gateway'
import { maxVariableBytes, maxVariables } from '../limits'

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Variables that a client may set for what it runs: those that the connection lists, as many as are bounded. */
export class Environment {
  readonly #allowed: readonly string[]
  readonly #values = new Map<string, string>()

  constructor(allowed: readonly string[], variables: readonly NamedValue[] = []) {
    this.#allowed = allowed
    for (const { name, value } of variables) this.#values.set(name, value)
  }

  get variables(): readonly NamedValue[] {
    return [...this.#values].map(([name, value]) => ({ name, value }))
  }

  /** False when it may not be set. */
  set({ name, value }: NamedValue): boolean {
    const isAllowed = this.#allowed.some((pattern) =>
      pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
    )
    if (!isAllowed || !variableName.test(name)) return false
    // U+FFFD stands for bytes that could not be decoded.
    if (/[\0\ufffd]/.test(value)) return false
    if (!this.#values.has(name) && this.#values.size >= maxVariables) return false
    if (Buffer.byteLength(value) > maxVariableBytes) return false
    this.#values.set(name, value)
    return true
  }

  unset(name: string): void {
    this.#values.delete(name)
  }
}
