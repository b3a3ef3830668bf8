/** What the runner tells the one who started it. */
export interface Told {
  readonly kind: 'progress' | 'ready'
  readonly line: string
}

/** What the one who started the runner tells it before leaving: without this word it goes when the other goes. */
export const stay = 'stay'
