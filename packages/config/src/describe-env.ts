import { z } from 'zod'

/** One row of the configuration reference. */
export interface EnvKey {
  readonly name: string
  readonly description: string
  readonly required: boolean
  /** As written in the environment; absent = none. */
  readonly default?: string
  readonly secret: boolean
}

/** What every key of an environment schema means, in the schema's order; the configuration reference is made from it. */
export function describeEnv(schema: z.ZodObject): readonly EnvKey[] {
  return Object.entries<z.core.$ZodType>(schema.shape).map(([name, field]) =>
    describeKey(name, field),
  )
}

function describeKey(name: string, field: z.core.$ZodType): EnvKey {
  const parts = [...layersOf(field)]
  const fallback = parts.map(defaultOf).find((value) => value !== undefined)
  return {
    name,
    description: textOf(parts) ?? '',
    required: !z.safeParse(field, undefined).success,
    ...(fallback === undefined ? {} : { default: fallback }),
    secret: parts.some((part) => z.globalRegistry.get(part)?.['secret'] === true),
  }
}

/** The schema and what it wraps, outermost first: optional, default, transform and the like. */
function* layersOf(field: z.core.$ZodType): Generator<z.core.$ZodType> {
  yield field
  if (
    field instanceof z.ZodOptional ||
    field instanceof z.ZodDefault ||
    field instanceof z.ZodPrefault ||
    field instanceof z.ZodNullable ||
    field instanceof z.ZodReadonly
  )
    yield* layersOf(field.def.innerType)
  if (field instanceof z.ZodPipe) {
    yield* layersOf(field.def.in)
    yield* layersOf(field.def.out)
  }
}

function textOf(parts: readonly z.core.$ZodType[]): string | undefined {
  return parts
    .map((part) => z.globalRegistry.get(part)?.description)
    .find((text) => text !== undefined)
}

function defaultOf(part: z.core.$ZodType): string | undefined {
  if (!(part instanceof z.ZodDefault) && !(part instanceof z.ZodPrefault)) return undefined
  const value: unknown = part.def.defaultValue
  return typeof value === 'string' ? value : JSON.stringify(value)
}
