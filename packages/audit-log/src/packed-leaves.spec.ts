import { leafHash, LeafPacker, unpackHashes, unpackLeaves } from '.'
import { packLeaves } from './packed-leaves'

const leaves = ['{}', 'ä€😀', '', 'x'.repeat(65_535), '{"a":1}']

describe('packed leaves', () => {
  it('are what they were before', () => {
    expect(unpackLeaves(packLeaves(leaves).leaves, leaves.length)).toEqual(leaves)
    expect(packLeaves([])).toMatchObject({ leaves: Buffer.of(), count: 0 })
  })

  it('have the hashes of the leaves, however many packs one packer serves', () => {
    const packer = new LeafPacker()
    for (const many of [1, 700, 2]) {
      const texts = Array.from({ length: many }, (_, at) => `{"ä":${at}}`.repeat((at % 40) + 1))
      for (const text of texts) packer.add(text)
      const { leaves: packed, leafHashes, count } = packer.take()
      expect(unpackLeaves(packed, count)).toEqual(texts)
      const hashes = texts.map((text) => leafHash(text))
      expect(leafHashes).toEqual(Buffer.concat(hashes))
      expect(unpackHashes(leafHashes)).toEqual(hashes)
    }
  })

  it('are an entry bundle of tlog-tiles', () => {
    expect(packLeaves(['{}', 'ä']).leaves.toString('hex')).toBe('00027b7d0002c3a4')
  })

  it('take no leaf that could not be published', () => {
    expect(() => packLeaves(['x'.repeat(65_536)])).toThrow('65535 bytes')
  })

  it('are all accounted for when bytes are missing, and none of the lost ones passes for its hash', () => {
    const packed = packLeaves(leaves).leaves
    for (const length of [0, 1, 3, 8, packed.length - 1]) {
      const found = unpackLeaves(packed.subarray(0, length), leaves.length)
      expect(found).toHaveLength(leaves.length)
      expect(leafHash(found.at(-1) ?? '')).not.toEqual(leafHash('{"a":1}'))
    }
  })
})
