type ReadElement = (type: number, value: DataView) => string

/**
 * The binary form of an array (array_send): dimensions, whether there are NULLs, type of the elements; for each dimension
 * its length and lower bound; then each element with its length, -1 = NULL. Throws when it is not a plain list.
 */
export function arrayText(value: DataView, read: ReadElement): string {
  const dimensions = value.getInt32(0)
  if (dimensions === 0 && value.byteLength === 12) return '{}'
  const count = value.getInt32(12)
  if (dimensions !== 1 || value.getInt32(16) !== 1) throw new RangeError('not a plain list')
  const type = value.getUint32(8)
  const elements: string[] = []
  let at = 20
  while (elements.length < count) {
    const length = value.getInt32(at)
    at += 4
    if (at + length > value.byteLength) throw new RangeError('longer than its value')
    const isNull = length === -1
    elements.push(
      isNull ? 'NULL' : read(type, new DataView(value.buffer, value.byteOffset + at, length)),
    )
    at += isNull ? 0 : length
  }
  if (at !== value.byteLength) throw new RangeError('shorter than its value')
  return `{${elements.join(',')}}`
}
