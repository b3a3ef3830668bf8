import fc from 'fast-check'
import type { Frame } from './frames'
import { FrameReader } from './frames'

function encoded(bodies: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    bodies.map((body) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(body.length)
      return Buffer.concat([length, body])
    }),
  )
}

function read(chunks: readonly Buffer[]): Frame[] {
  const reader = new FrameReader()
  return chunks.flatMap((chunk) => [...reader.push(chunk)])
}

const bodies = fc.array(fc.uint8Array({ minLength: 5, maxLength: 3_000 }), {
  minLength: 1,
  maxLength: 6,
})

describe('frames', () => {
  it('are the same however their bytes are cut', () => {
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(20_000), { maxLength: 40 }), (whole, cuts) => {
        const bytes = encoded(whole)
        const places = [0, ...cuts.filter((cut) => cut < bytes.length), bytes.length]
        places.sort((one, other) => one - other)
        const chunks = places.slice(1).map((end, at) => bytes.subarray(places[at], end))
        const frames = read(chunks)
        expect(frames.map((frame) => frame.whole().subarray(4))).toEqual(
          whole.map((body) => Buffer.from(body)),
        )
        for (const frame of frames) {
          expect(frame.length).toBe(frame.whole().length)
          const from = Math.min(9, frame.length)
          expect(Buffer.concat(frame.from(from))).toEqual(frame.whole().subarray(from))
        }
      }),
    )
  })

  it('come byte by byte as well', () => {
    const bytes = encoded([Buffer.from('first'), Buffer.from('the second')])
    const frames = read([...bytes].map((byte) => Buffer.of(byte)))
    expect(frames.map((frame) => frame.whole().toString('latin1', 4))).toEqual([
      'first',
      'the second',
    ])
  })

  it('have the fields before their content in one piece', () => {
    const bytes = encoded([Buffer.alloc(40_000, 7)])
    const [frame] = read([bytes.subarray(0, 6), bytes.subarray(6, 20_000), bytes.subarray(20_000)])
    expect(frame?.head.length).toBeGreaterThanOrEqual(512)
    const [kept] = read([bytes.subarray(0, 20_000), bytes.subarray(20_000)])
    expect(kept?.pieces).toHaveLength(2)
  })

  it.each([0, 4, 256 * 1024 + 1, 0xffff_ffff])('of %i bytes are refused', (length) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(length)
    expect(() => read([bytes])).toThrow('an SFTP message of')
  })
})
