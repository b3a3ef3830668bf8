import { Body, Param, type PipeTransform, Query } from '@nestjs/common'
import { z } from 'zod'
import { unstorablePaths } from '../storable-text'
import { type FieldProblem, InvalidRequest } from './invalid-request'

export type InputPart = 'body' | 'query' | 'params'
type Inputs = Partial<Record<InputPart, z.ZodType>>

const inputsKey = 'wardgate:inputs'
const formKey = 'wardgate:form'
const answerKey = 'wardgate:answer'

class SchemaPipe implements PipeTransform<unknown, unknown> {
  constructor(private readonly schema: z.ZodType) {}

  transform(value: unknown): unknown {
    return parseInput(this.schema, value)
  }
}

/** What the schema makes of the value. Throws InvalidRequest with every wrong field. */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value ?? {})
  const problems = [
    ...unstorablePaths(value).map((path) => ({ path, message: 'holds NUL or a lone surrogate' })),
    ...(parsed.success ? [] : parsed.error.issues.flatMap(toProblems)),
  ]
  if (parsed.success && problems.length === 0) return parsed.data
  throw new InvalidRequest(problems)
}

function toProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key].join('.'),
      message: 'is not a known field',
    }))
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  return [{ path: path.join('.'), message: isMissing ? 'is missing' : issue.message }]
}

function describing(part: InputPart, schema: z.ZodType, decorator: ParameterDecorator) {
  return (target: object, key: string | symbol | undefined, index: number): void => {
    const method = key as string
    const handler = (target as Record<string, object>)[method]
    if (handler !== undefined)
      Reflect.defineMetadata(inputsKey, { ...inputsOf(handler), [part]: schema }, handler)
    decorator(target, key, index)
  }
}

/** The request's body, validated; unknown fields are refused when the schema is strict. */
export const BodyOf = (schema: z.ZodType) =>
  describing('body', schema, Body(new SchemaPipe(schema)))

/** Like BodyOf, of a form, as OAuth wants it. */
export const FormOf =
  (schema: z.ZodType): ParameterDecorator =>
  (target, key, index) => {
    BodyOf(schema)(target, key, index)
    Reflect.defineMetadata(formKey, true, (target as Record<string, object>)[key as string] ?? {})
  }

/** What the route's body has to be labelled as. */
export function mediaTypeOf(handler: object): string {
  const isForm = Reflect.getMetadata(formKey, handler) === true
  return isForm ? 'application/x-www-form-urlencoded' : 'application/json'
}

export const QueryOf = (schema: z.ZodType) =>
  describing('query', schema, Query(new SchemaPipe(schema)))

export const ParamsOf = (schema: z.ZodType) =>
  describing('params', schema, Param(new SchemaPipe(schema)))

export function inputsOf(handler: object): Inputs {
  return (Reflect.getMetadata(inputsKey, handler) as Inputs | undefined) ?? {}
}

export interface Answer {
  /** Absent = no body. */
  readonly schema?: z.ZodType
  readonly contentType?: string
  readonly summary: string
}

/** What a route answers, for the API description. */
export const Answers =
  (summary: string, schema?: z.ZodType, contentType?: string) =>
  (_target: object, _key: string | symbol, descriptor: PropertyDescriptor): void => {
    const answer: Answer = {
      summary,
      ...(schema === undefined ? {} : { schema }),
      ...(contentType === undefined ? {} : { contentType }),
    }
    Reflect.defineMetadata(answerKey, answer, descriptor.value as object)
  }

export function answerOf(handler: object): Answer | undefined {
  return Reflect.getMetadata(answerKey, handler) as Answer | undefined
}

export const idParams = z.strictObject({ id: z.uuid().toLowerCase() })
export type IdParams = z.output<typeof idParams>
