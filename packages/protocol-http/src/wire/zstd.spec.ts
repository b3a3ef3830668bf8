import { ProtocolError } from '@wardgate/errors'
import { ZstdDecoder } from './zstd'

/** Made by zstd 1.5.4 at level 19, with a checksum: Huffman-coded literals, sequences, and a window. */
const people = Buffer.from(
  'KLUv/QRolQkA9hExGlBVc+jqo8Y02yqcGSqiiokISSnJDYmJmVnBOQAnACIAhuOzcCoHAjboMUEC9FwmEgRAkcki' +
    '8EAoESfzDFLlsWCQAEEcTuRBAOQwCEiAnogjQYAkQAwH0iACd3c8Xrp0jY2MjGtRUfE8bbLkkSQTW2NsLaV+uxVH' +
    'UXEKvcrTsDACppOTW1tZWdeqqur7um7bXq8sm5ra2rFjt26dOnX/+Xy9Xon2dnb2ta6u/v++3/f3O8+np7dmZubl' +
    'ZWXl37Zd1+czA3qoEQDxpf3fsJWRNhEoBA3BCUJ4BRIoKwX6T5RmhAgmp3CIkHKSEWKYmMJhQshweotTihQHCSHH' +
    'yS1OM2IQgwQwXdivi1IJ0sUodSApEaUK5oICIwWCYUIQY8KMzNy/JYIg0HYIxxbwAdCqSihlQw==',
  'base64',
)
const shownPeople = JSON.stringify(
  Array.from({ length: 60 }, (_, id) => ({
    id,
    name: ['Ada', 'Grace', 'Edsger', 'Barbara'][id % 4],
    email: `user${id}@example.com`,
    note: 'ok',
  })),
)
const magic = [0x28, 0xb5, 0x2f, 0xfd]

/** A frame of blocks of one byte again and again: https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1.2 */
function repeating(blocks: number, windowDescriptor = 0x58): Buffer {
  const block = (size: number, isLast: boolean) => {
    const header = (size << 3) | (1 << 1) | Number(isLast)
    return [header & 0xff, (header >> 8) & 0xff, header >> 16, 0x61]
  }
  const all = Array.from({ length: blocks }, (_, at) => block(128 * 1024, at === blocks - 1))
  return Buffer.from([...magic, 0x00, windowDescriptor, ...all.flat()])
}

async function decoded(chunks: readonly Buffer[]): Promise<Buffer> {
  const decoder = new ZstdDecoder()
  for (const chunk of chunks) decoder.write(chunk)
  decoder.end()
  const parts: Buffer[] = []
  for await (const part of decoder as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}

describe('a body in zstd', () => {
  it('is read wherever a chunk of it ends', async () => {
    for (let at = 0; at <= people.length; at += 7)
      expect(String(await decoded([people.subarray(0, at), people.subarray(at)]))).toBe(shownPeople)
  })

  it('is read byte by byte', async () => {
    expect(String(await decoded([...people].map((byte) => Buffer.of(byte))))).toBe(shownPeople)
  })

  it('may have several frames, and some that are skipped', async () => {
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7])
    const twice = await decoded([Buffer.concat([people, skipped, people])])
    expect(String(twice)).toBe(shownPeople + shownPeople)
  })

  it('shows what has come before the next chunk does', async () => {
    const decoder = new ZstdDecoder()
    decoder.write(people)
    for await (const part of decoder as AsyncIterable<Buffer>) {
      expect(String(part)).toBe(shownPeople)
      break
    }
  })

  it('may be empty', async () => {
    expect(await decoded([])).toHaveLength(0)
  })

  it('may be as large as what it came in makes likely', async () => {
    expect(await decoded([repeating(8)])).toHaveLength(1024 * 1024)
  })
})

describe('what is refused of a body in zstd', () => {
  it.each([
    ['is another format', Buffer.from('{"a":1}')],
    ['has garbage behind its frame', Buffer.concat([people, Buffer.from('garbage')])],
    ['ends within its frame', people.subarray(0, -9)],
    ['has another checksum', Buffer.concat([people.subarray(0, -4), Buffer.alloc(4)])],
  ])('one that %s', async (_title, bytes) => {
    await expect(decoded([bytes])).rejects.toThrow(/not zstd|no end/)
  })

  it('a bomb, before it has gone off', async () => {
    const error: unknown = await decoded([repeating(40_000)]).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ProtocolError)
    expect(String(error)).toContain('100 times')
  })

  it.each([
    ['16 MiB', 0x70],
    ['128 MiB', 0x88],
    ['2 GiB', 0xa8],
  ])('a window of %s', async (_title, descriptor) => {
    await expect(decoded([repeating(1, descriptor)])).rejects.toThrow(/window|not zstd/)
  })
})
