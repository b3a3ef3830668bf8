import type { Random } from './random'
import type { Source, Type } from './sources'

/** What shapes of statements are filled from. */
export interface Filler {
  readonly random: Random
  alias(prefix: string): string
  source(depth: number): Source
  expression(type: Type, sources: readonly Source[], depth: number): string
  any(sources: readonly Source[]): string
  fill(form: string, sources: readonly Source[], depth: number): string
}
