import fc from 'fast-check'
import { ByteReader, ByteWriter, ChunkAssembler } from '.'

describe('reader and writer', () => {
  it('read back what was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -32768, max: 32767 }),
        fc.integer({ min: -2147483648, max: 2147483647 }),
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array(),
        (short, long, text, bytes) => {
          const clean = text.replaceAll('\0', '')
          const written = new ByteWriter(1).i16(short).i32(long).cstring(text).put(bytes).finish()
          const reader = new ByteReader(written)
          expect(reader.i16()).toBe(short)
          expect(reader.i32()).toBe(long)
          expect(reader.cstring()).toBe(clean)
          expect([...reader.rest()]).toEqual([...bytes])
          reader.expectEnd()
        },
      ),
    )
  })

  it('refuse to read past the end of a frame, though the buffer goes on', () => {
    const buffer = Buffer.from('0000000141004200', 'hex')
    expect(() => new ByteReader(buffer, 0, 3).i32()).toThrow('longer than its frame')
    expect(() => new ByteReader(buffer, 4, 5).cstring()).toThrow('terminator')
    expect(() => new ByteReader(buffer, 0, 4).slice(0x7fffffff)).toThrow('longer than its frame')
    expect(() => new ByteReader(buffer, 0, 4).slice(-1)).toThrow('longer than its frame')
    expect(() => new ByteReader(buffer, 0, 99)).toThrow('outside its buffer')
  })

  it('refuse bytes after the last field and text that is not UTF-8', () => {
    expect(() => new ByteReader(Buffer.from([1, 2])).expectEnd()).toThrow('after the last field')
    expect(() => new ByteReader(Buffer.from([0x83, 0x5c, 0])).cstring()).toThrow('UTF-8')
  })
})

describe('chunk assembler', () => {
  it('hands out nothing before the wanted bytes are there, and then everything in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 2_000 }).map((size) => Buffer.alloc(size, size % 251))),
        (chunks) => {
          const assembler = new ChunkAssembler()
          const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
          assembler.keep(Buffer.alloc(0), total)
          const seen = chunks.map((chunk) => assembler.push(Buffer.from(chunk)))
          const whole = seen.filter((buffer) => buffer !== undefined)
          if (total === 0) return
          expect(Buffer.concat(whole).equals(Buffer.concat(chunks))).toBe(true)
          expect(seen.slice(0, -1).every((buffer) => buffer === undefined)).toBe(true)
          expect(assembler.length).toBe(0)
        },
      ),
    )
  })

  it('keeps dripped bytes at little more than their size', () => {
    const assembler = new ChunkAssembler()
    const size = 4 * 1024 * 1024
    const byte = Buffer.from('x')
    assembler.keep(Buffer.alloc(0), size + 1)
    const before = heldBytes()
    for (let count = 0; count < size; count += 1) assembler.push(byte)
    expect(assembler.length).toBe(size)
    expect(heldBytes() - before).toBeLessThan(4 * size)
    const whole = assembler.push(Buffer.from('y'))
    expect(whole?.equals(Buffer.from(`${'x'.repeat(size)}y`))).toBe(true)
  })
})

function heldBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
