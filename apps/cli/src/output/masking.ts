import { objects, type JsonObject } from '../api/client'
import { member } from '../config/standalone'
import { plainText } from './table'

type Place = (mask: JsonObject) => string

/** The lists of a masking plan, and how one entry of each says where it masks. */
const places: readonly (readonly [string, Place])[] = [
  ['columns', ({ index }) => `column ${Number(index) + 1} of the result`],
  ['origins', (mask) => `column ${text(mask, 'attribute')} of table ${text(mask, 'table')}`],
  ['detectors', (mask) => `what looks like ${text(mask, 'detector')}`],
  ['paths', (mask) => `path ${text(mask, 'path')}`],
  ['headers', (mask) => `header ${text(mask, 'name')}`],
]

/** A masking plan as people read it, a line for each place that is masked. */
export function maskingText(plan: unknown): string {
  const lines = places.flatMap(([list, place]) =>
    objects(member(plan, list)).map((mask) => line(place(mask), mask)),
  )
  const rest = objects([member(plan, 'unknownOrigin')])
  return [...lines, ...rest.map((mask) => line('columns of unknown origin', mask))].join('\n')
}

function line(place: string, mask: JsonObject): string {
  return `${place}: ${methodText(mask['method'])} (rule ${text(mask, 'rule')})`
}

function methodText(method: unknown): string {
  const kind = plainText(member(method, 'kind'))
  switch (kind) {
    case 'partial':
      return `partial, keeps ${keptText(method)}${widthText(method)}`
    case 'shift':
      return `shift by up to ${plainText(member(method, 'days'))} days`
    case 'within':
      return objects(member(method, 'parts'))
        .map((part) => `${methodText(part['method'])} at ${text(part, 'path')}`)
        .join(', ')
    default:
      return kind
  }
}

function keptText(method: unknown): string {
  const kept = (['keepFirst', 'keepLast'] as const).flatMap((end) => {
    const count = Number(member(method, end) ?? 0)
    return count > 0 ? [`the ${end === 'keepFirst' ? 'first' : 'last'} ${count}`] : []
  })
  return kept.length === 0 ? 'nothing' : kept.join(' and ')
}

function widthText(method: unknown): string {
  const width = Number(member(method, 'width') ?? 0)
  return width > 0 ? `, always ${width} characters` : ''
}

function text(from: JsonObject, name: string): string {
  return plainText(from[name])
}
