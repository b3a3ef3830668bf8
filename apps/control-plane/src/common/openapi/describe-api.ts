import type { Type } from '@nestjs/common'
import { RequestMethod } from '@nestjs/common'
import {
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PATH_METADATA,
  REDIRECT_METADATA,
} from '@nestjs/common/constants'
import { z } from 'zod'
import { type RouteAccess, routeAccessKey } from '../auth/route-access'
import { createdKey } from '../http/created.interceptor'
import { answerOf, inputsOf, mediaTypeOf } from '../http/input'
import { needsVersionKey, versionedKey } from '../http/precondition'
import { problemSchema } from '../http/problem'

type Json = Record<string, unknown>

interface Route {
  readonly path: string
  readonly method: string
  readonly tag: string
  readonly id: string
  readonly handler: object
}

/** OpenAPI 3.1 of these controllers, out of what their routes declare. */
export function describeApi(controllers: readonly Type[], version: string): Json {
  const paths: Record<string, Json> = {}
  for (const route of controllers.flatMap(routesOf).sort(byPath))
    paths[route.path] = { ...paths[route.path], [route.method]: describeRoute(route) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Wardgate control plane',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ bearer: [] }, { cookie: [], csrf: [] }],
    paths,
    components: {
      schemas: { Problem: toSchema(problemSchema, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'wardgate_session' },
        csrf: { type: 'apiKey', in: 'header', name: 'X-Wardgate-CSRF' },
      },
    },
  }
}

function byPath(a: Route, b: Route): number {
  const [x, y] = [`${a.path} ${a.method}`, `${b.path} ${b.method}`]
  return x < y ? -1 : x > y ? 1 : 0
}

function routesOf(controller: Type): Route[] {
  const prefixes = pathsIn(controller)
  const prototype = controller.prototype as Record<string, unknown>
  const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')
  return names.flatMap((name) => {
    const handler = prototype[name]
    if (typeof handler !== 'function' || !Reflect.hasMetadata(PATH_METADATA, handler)) return []
    const method = RequestMethod[Number(Reflect.getMetadata(METHOD_METADATA, handler))]
    const tag = controller.name.replace(/Controller$/, '')
    return prefixes.flatMap((prefix) =>
      pathsIn(handler).map((path) => ({
        path: joinPath(prefix, path),
        method: (method ?? 'get').toLowerCase(),
        tag,
        id: `${tag}.${name}`,
        handler,
      })),
    )
  })
}

function pathsIn(target: object): string[] {
  const path: unknown = Reflect.getMetadata(PATH_METADATA, target)
  return [path].flat().map((item) => (typeof item === 'string' ? item : ''))
}

function joinPath(...parts: string[]): string {
  const path = parts.flatMap((part) => part.split('/')).filter((part) => part !== '')
  return `/${path.join('/')}`.replace(/:(\w+)/g, '{$1}')
}

function describeRoute({ method, tag, id, handler }: Route): Json {
  const access = Reflect.getMetadata(routeAccessKey, handler) as RouteAccess | undefined
  const inputs = inputsOf(handler)
  const body =
    inputs.body === undefined ? undefined : requestBody(inputs.body, mediaTypeOf(handler))
  return {
    operationId: id,
    tags: [tag],
    summary: answerOf(handler)?.summary ?? id,
    ...(access?.kind === 'public' ? { security: [] } : {}),
    ...(access?.kind === 'permission' ? { 'x-permissions': access.anyOf } : {}),
    parameters: [
      ...parametersOf(inputs.params, 'path'),
      ...parametersOf(inputs.query, 'query'),
      ...headersOf(method, handler),
    ],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: {
      [successStatus(method, handler)]: successOf(handler),
      default: {
        description: 'What is wrong and what to do next (RFC 9457)',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  }
}

function requestBody(schema: z.ZodType, mediaType: string): Json {
  return { required: true, content: { [mediaType]: { schema: toSchema(schema, 'input') } } }
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return []
  const json = toSchema(schema, 'input')
  const required = new Set((json['required'] as string[] | undefined) ?? [])
  const properties = (json['properties'] as Record<string, Json> | undefined) ?? {}
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property
    return {
      name,
      in: place,
      required: place === 'path' || required.has(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    }
  })
}

function headersOf(method: string, handler: object): Json[] {
  const header = (name: string, required: boolean, description: string) => ({
    ...{ name, in: 'header', required, description },
    schema: { type: 'string' },
  })
  const needsVersion = Reflect.getMetadata(needsVersionKey, handler) === true
  return [
    ...(needsVersion ? [header('If-Match', true, 'ETag of what was read.')] : []),
    ...(method === 'post'
      ? [header('Idempotency-Key', false, 'The same key and body get the same answer.')]
      : []),
  ]
}

function successStatus(method: string, handler: object): string {
  const given: unknown = Reflect.getMetadata(HTTP_CODE_METADATA, handler)
  if (typeof given === 'number') return String(given)
  if (isRedirect(handler)) return '302'
  return method === 'post' ? '201' : '200'
}

function isRedirect(handler: object): boolean {
  return Reflect.hasMetadata(REDIRECT_METADATA, handler)
}

function successOf(handler: object): Json {
  const answer = answerOf(handler)
  const isVersioned = Reflect.getMetadata(versionedKey, handler) === true
  const isCreation = Reflect.getMetadata(createdKey, handler) === true
  const headers = {
    ...(isVersioned ? { ETag: { schema: { type: 'string' } } } : {}),
    ...(isCreation || isRedirect(handler) ? { Location: { schema: { type: 'string' } } } : {}),
  }
  const schema = answer?.schema === undefined ? undefined : toSchema(answer.schema, 'output')
  const contentType = answer?.contentType ?? 'application/json'
  return {
    description: answer?.summary ?? 'Done',
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(schema === undefined && answer?.contentType === undefined
      ? {}
      : { content: { [contentType]: { schema: schema ?? { type: 'string' } } } }),
  }
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return json
}
