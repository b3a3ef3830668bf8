import fc from 'fast-check'
import { ClientOutput } from './client-output'

it('shows what was kept and put, in order', () => {
  const piece = fc.record({ keep: fc.boolean(), put: fc.boolean(), size: fc.nat(20) })
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const source = Buffer.from(pieces.flatMap(({ size }) => Array<number>(size).fill(0x61)))
      source.forEach((_byte, index) => (source[index] = index % 256))
      const output = new ClientOutput()
      output.begin(source)
      const expected: Buffer[] = []
      let at = 0
      for (const { keep, put, size } of pieces) {
        if (keep) {
          output.keep(at, at + size)
          expected.push(source.subarray(at, at + size))
        }
        if (put) {
          output.put(Buffer.from('put'))
          expected.push(Buffer.from('put'))
        }
        at += size
      }
      expect(output.finish()).toEqual(Buffer.concat(expected))
    }),
  )
})

it('copies nothing when a chunk stays as it is', () => {
  const source = Buffer.from('unchanged')
  const output = new ClientOutput()
  output.begin(source)
  output.keep(0, 4)
  output.keep(4, source.length)
  expect(output.finish().buffer).toBe(source.buffer)
})
