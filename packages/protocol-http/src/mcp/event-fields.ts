import type { Gate } from '@wardgate/gateway'
import { boundEvent } from './session-ids'

const field = /^(id|event|retry)(?:: ?(.*))?$/

/** Of an event what clients read, and that something came: nobody looks into comments and unknown fields. */
export function shownFields(lines: readonly string[], gate: Gate): readonly string[] {
  return lines.map((line) => {
    const [, name, value = ''] = field.exec(line) ?? []
    if (name === undefined) return ':'
    return name === 'id' && value !== '' ? `id: ${boundEvent(value, gate)}` : line
  })
}
