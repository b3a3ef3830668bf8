import fc from 'fast-check'
import { Frontier } from './frontier'
import { emptyRoot, leafHash, nodeHash } from './hash'
import { readerOverLeafHashes } from './hash-reader'
import { consistencyProof, inclusionProof } from './proofs'
import { splitPoint } from './subtrees'
import { verifyConsistency, verifyInclusion } from './verify/proofs'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

// The eight leaves and the roots that transparency-dev/merkle and the RFC 6962 implementations test with.
const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((text) => Buffer.from(text, 'hex'))
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

/** RFC 6962 2.1, word for word: what everything else is compared with. */
function treeHash(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes
  if (only === undefined) return emptyRoot
  if (hashes.length === 1) return only
  const k = splitPoint(hashes.length)
  return nodeHash(treeHash(hashes.slice(0, k)), treeHash(hashes.slice(k)))
}

function numbered(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => leafHash(`entry ${i}`))
}

function readerOf(hashes: readonly Uint8Array[]) {
  return readerOverLeafHashes(async (first, end) => hashes.slice(first, end))
}

describe('the Merkle tree', () => {
  it('has the published roots for the published leaves', () => {
    const frontier = Frontier.empty()
    const seen = [hex(frontier.root())]
    for (const leaf of leaves) {
      frontier.append(leafHash(leaf))
      seen.push(hex(frontier.root()))
    }
    expect(seen).toEqual(roots)
  })

  it('gives the published inclusion and consistency proofs', async () => {
    const reader = readerOf(leaves.map((leaf) => leafHash(leaf)))
    expect((await inclusionProof(0, 8, reader)).map(hex)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ])
    expect((await consistencyProof(6, 8, reader)).map(hex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ])
  })

  it('hashes a leaf alike as text and as bytes', () => {
    expect(hex(leafHash('größe'))).toBe(hex(leafHash(Buffer.from('größe'))))
  })

  it('survives being written and read at every size', () => {
    let frontier = Frontier.empty()
    const hashes = numbered(70)
    for (const [i, hash] of hashes.entries()) {
      frontier = Frontier.parse(BigInt(i), frontier.serialise())
      expect(frontier.append(hash)).toBe(i)
      expect(hex(frontier.root())).toBe(hex(treeHash(hashes.slice(0, i + 1))))
    }
  })

  it('grows alike by one leaf and by many', () => {
    const hashes = numbered(70)
    for (const split of [0, 1, 5, 32, 69, 70]) {
      const frontier = Frontier.empty()
      frontier.appendAll(Buffer.concat(hashes.slice(0, split)))
      frontier.appendAll(Buffer.concat(hashes.slice(split)))
      expect(frontier.size).toBe(70)
      expect(hex(frontier.root())).toBe(hex(treeHash(hashes)))
    }
  })

  it('refuses an edge that cannot belong to the size', () => {
    expect(() => Frontier.parse(3, new Uint8Array(32))).toThrow(
      expect.objectContaining({ code: 'ERR_AUDIT_CORRUPT' }),
    )
    expect(() => Frontier.parse(-1, new Uint8Array(0))).toThrow('cannot have')
  })

  it('proves every entry of any tree, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 90 }), fc.nat(), fc.nat(), async (size, a, b) => {
        const hashes = numbered(size)
        const [index, other] = [a % size, b % size]
        const root = treeHash(hashes)
        const proof = await inclusionProof(index, size, readerOf(hashes))
        expect(verifyInclusion(hashes[index]!, index, size, proof, root)).toBe(true)
        expect(verifyInclusion(hashes[other]!, index, size, proof, root)).toBe(index === other)
        expect(verifyInclusion(hashes[index]!, index, size, [...proof, root], root)).toBe(false)
        if (proof.length > 0) {
          expect(verifyInclusion(hashes[index]!, index, size, proof.slice(1), root)).toBe(false)
        }
      }),
    )
  })

  it('proves every beginning of any tree, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 90 }), fc.nat(), async (size, a) => {
        const hashes = numbered(size)
        const oldSize = 1 + (a % size)
        const [oldRoot, root] = [treeHash(hashes.slice(0, oldSize)), treeHash(hashes)]
        const proof = await consistencyProof(oldSize, size, readerOf(hashes))
        const wrong = leafHash('wrong')
        expect(verifyConsistency(oldSize, size, oldRoot, root, proof)).toBe(true)
        expect(verifyConsistency(oldSize, size, wrong, root, proof)).toBe(false)
        expect(verifyConsistency(oldSize, size, oldRoot, wrong, proof)).toBe(false)
        expect(verifyConsistency(oldSize, size, oldRoot, root, [...proof, wrong])).toBe(false)
        for (const at of proof.keys()) {
          const altered = proof.with(at, wrong)
          expect(verifyConsistency(oldSize, size, oldRoot, root, altered)).toBe(false)
        }
      }),
    )
  })
})
