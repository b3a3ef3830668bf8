const headerBytes = 8
const positive = 0x0000
const negative = 0x4000
/** Base 10,000 digits of what is read here; more is refused, as it would be no number that people wrote. */
const maxGroups = 64

/** numeric_send's value in decimal; undefined for NaN, infinities and what is no numeric. */
export function readNumeric(cell: Buffer): string | undefined {
  if (cell.length < headerBytes) return undefined
  const [count, weight] = [cell.readInt16BE(0), cell.readInt16BE(2)]
  const [sign, scale] = [cell.readUInt16BE(4), cell.readInt16BE(6)]
  if (sign !== positive && sign !== negative) return undefined
  if (count < 0 || count > maxGroups || cell.length !== headerBytes + count * 2) return undefined
  if (weight >= maxGroups || weight < -maxGroups || scale < 0 || scale > maxGroups * 4)
    return undefined
  const group = (position: number) => {
    const index = weight - position
    return index >= 0 && index < count ? cell.readInt16BE(headerBytes + index * 2) : 0
  }
  const groups = (from: number, to: number) => {
    let text = ''
    for (let position = from; position >= to; position -= 1)
      text += String(group(position)).padStart(4, '0')
    return text
  }
  const whole = weight < 0 ? '0' : groups(weight, 0).replace(/^0+(?=\d)/, '')
  const fraction = groups(-1, -Math.ceil(scale / 4)).slice(0, scale)
  return `${sign === negative ? '-' : ''}${whole}${scale > 0 ? `.${fraction}` : ''}`
}

/** A decimal text as numeric_recv reads it. */
export function writeNumeric(text: string): Buffer {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const padded = whole.padStart(Math.ceil(whole.length / 4) * 4, '0')
  const digits = padded + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0')
  const groups = (digits.match(/\d{4}/g) ?? []).map(Number)
  const cell = Buffer.alloc(headerBytes + groups.length * 2)
  cell.writeInt16BE(groups.length, 0)
  cell.writeInt16BE(padded.length / 4 - 1, 2)
  cell.writeUInt16BE(text.startsWith('-') ? negative : positive, 4)
  cell.writeInt16BE(fraction.length, 6)
  groups.forEach((group, index) => cell.writeInt16BE(group, headerBytes + index * 2))
  return cell
}
