import type { ActionName } from '@wardgate/policy'
import type { Named } from '../operations'
import { foldedName } from '../json/strict-json'

/** Methods whose meaning is their own (RFC 9110 9.3, RFC 5789). Others mean what the target likes. */
const actions: Readonly<Record<string, ActionName>> = {
  GET: 'read',
  HEAD: 'read',
  OPTIONS: 'read',
  POST: 'write',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
}

export function actionOfMethod(method: string): ActionName | undefined {
  return Object.hasOwn(actions, method) ? actions[method] : undefined
}

/** Headers by which frameworks take a request for another; `_` and `-` are one to many of them. */
const overriding = new Set([
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-method',
  'x-original-method',
  'x-forwarded-method',
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
  'x-forwarded-uri',
  'x-forwarded-path',
  'x-forwarded-prefix',
  'x-override-url',
])

export function overridingHeader(headers: readonly Named[]): string | undefined {
  return headers.find(({ name }) => overriding.has(name.toLowerCase().replaceAll('_', '-')))?.name
}

const overridingFields = new Set([
  '_method',
  '_httpmethod',
  'x-http-method-override',
  'x-http-method',
])

/** Whether a query parameter or field of a body asks to be taken for another method. */
export function isOverridingField(name: string): boolean {
  return overridingFields.has(foldedName(name))
}
