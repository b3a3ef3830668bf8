import { createPrivateKey } from 'node:crypto'
import { signCheckpoint, signNote, verifierKey } from '.'
import { noteKey } from './testing/sample-log'
import { openCheckpoint, parseVerifierKey } from './verify'

// The key and the note in the documentation of golang.org/x/mod/sumdb/note.
const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1)
const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
const peter = {
  name: 'PeterNeumann',
  privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
}

describe('a signed note', () => {
  it('is the published one for the published key', () => {
    expect(verifierKey(peter)).toBe(
      'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    )
    const text =
      'If you think cryptography is the answer to your problem,\n' +
      "then you don't know what your problem is.\n"
    expect(signNote(text, peter)).toBe(
      text +
        '\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
    )
  })
})

describe('a checkpoint', () => {
  const key = noteKey('log.test')
  const trusted = [parseVerifierKey(verifierKey(key))!]
  const note = signCheckpoint({ origin: 'log.test', size: 7, root: Buffer.alloc(32, 5) }, key)

  it('is opened as it was signed', () => {
    expect(openCheckpoint(note, trusted)).toEqual({
      origin: 'log.test',
      size: 7,
      root: Buffer.alloc(32, 5),
    })
  })

  it('may carry cosignatures of witnesses', () => {
    const witness = signNote(
      note.slice(0, note.lastIndexOf('\n\n') + 1),
      noteKey('witness.test', 3),
    )
    const cosigned = note + witness.slice(witness.lastIndexOf('\n\n') + 2)
    expect(openCheckpoint(cosigned, trusted)).toMatchObject({ size: 7 })
  })

  it.each([
    ['a larger size', note.replace('\n7\n', '\n8\n'), 'does not verify'],
    ['a size with a leading zero', note.replace('\n7\n', '\n07\n'), 'malformed'],
    ['no signature', note.slice(0, note.lastIndexOf('\n\n') + 2), 'malformed'],
    ['no empty line', note.replace('\n\n', '\n'), 'no signed note'],
    ['a wrong root for the empty log', note.replace('\n7\n', '\n0\n'), 'malformed'],
  ])('is refused with %s', (_name, unverified, message) => {
    expect(openCheckpoint(unverified, trusted)).toContain(message)
  })

  it('is only signed by the key that bears the name of the log', () => {
    const checkpoint = { origin: 'other.test', size: 7, root: Buffer.alloc(32) }
    expect(() => signCheckpoint(checkpoint, key)).toThrow('cannot sign')
  })

  it.each(['', 'a+b', 'log.test+00000000+AQ==', verifierKey(key).replace('log', 'lag')])(
    'is not verified with the key line %j',
    (line) => {
      expect(parseVerifierKey(line)).toBeUndefined()
    },
  )
})
