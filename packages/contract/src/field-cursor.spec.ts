import { FieldCursor, lengthTag, varintTag } from '.'

const at = (...bytes: number[]) => new FieldCursor(Buffer.from(bytes))

describe('a cursor over fields', () => {
  it.each([
    [[0], 0],
    [[0x7f], 127],
    [[0xac, 0x02], 300],
    [[0x80, 0x80, 0x80, 0x00], 0],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], Number.MAX_SAFE_INTEGER],
  ])('reads %j as %d', (bytes, value) => {
    const cursor = at(...bytes)
    expect(cursor.varint()).toBe(value)
    expect(cursor.isAtEnd).toBe(true)
  })

  it('reads what is no safe integer as more than one', () => {
    const largest = [...Array<number>(9).fill(0xff), 0x01]
    expect(at(...largest).varint()).toBeGreaterThan(Number.MAX_SAFE_INTEGER)
    expect(at(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10).varint()).toBe(2 ** 53)
  })

  it('takes the field that comes next, and no other', () => {
    const cursor = at(lengthTag(2), 2, 0x68, 0x69, varintTag(3), 5)
    expect(cursor.takes(varintTag(3))).toBe(false)
    expect(cursor.takes(lengthTag(2))).toBe(true)
    expect(cursor.latin1()).toBe('hi')
    expect(cursor.takes(varintTag(3))).toBe(true)
    expect(cursor.varint()).toBe(5)
    expect(cursor.takes(0)).toBe(false)
  })

  it('passes over fields of every type', () => {
    const fields = [
      [varintTag(1), 0xac, 0x02],
      [(2 << 3) | 1, ...Buffer.alloc(8)],
      [lengthTag(3), 2, 1, 2],
      [(4 << 3) | 5, ...Buffer.alloc(4)],
    ]
    const cursor = at(...fields.flat())
    for (let field = 0; field < fields.length; field++) cursor.skip(cursor.varint())
    expect(cursor.isAtEnd).toBe(true)
  })

  it.each([
    ['a number', () => at(0x80).varint()],
    ['a number of eleven bytes', () => at(...Array<number>(10).fill(0x80), 0).varint()],
    ['a text', () => at(3, 1, 2).latin1()],
    ['a length of eight exabytes', () => at(...Array<number>(9).fill(0xff), 0).span()],
    ['a fixed number', () => at(1, 2, 3).skip((1 << 3) | 5)],
    ['a group', () => at(1, 2, 3).skip((1 << 3) | 3)],
    ['a message', () => at(1, 2, 3).enter(1, 4)],
  ])('refuses %s that breaks off or is never used', (_what, read) => {
    expect(read).toThrow(RangeError)
  })

  it('reads no further than the message that was entered', () => {
    const cursor = at(1, 0x80, 0x01)
    cursor.enter(0, 2)
    expect(cursor.varint()).toBe(1)
    expect(() => cursor.varint()).toThrow(RangeError)
  })
})
