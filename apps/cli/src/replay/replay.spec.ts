import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { splitChunks } from './chunks'
import { FrameReader } from './frames'
import { PostgresReplay } from './postgres'

function frame(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

function int(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes)
  if (bytes === 2) buffer.writeInt16BE(value)
  else buffer.writeInt32BE(value)
  return buffer
}

const query = frame('Q', 'SELECT name\nFROM t\0')
const answer = Buffer.concat([
  frame('T', int(1, 2), 'name\0', Buffer.alloc(16), int(0, 2)),
  frame('D', int(1, 2), int(5, 4), 'Al\u001b[m'),
  frame('D', int(1, 2), int(-1, 4)),
  frame('C', 'SELECT 2\0'),
])

test('shows statements, results as a table, and nothing a terminal obeys', () => {
  const replay = new PostgresReplay()
  expect([...replay.client(query)].join('')).toBe('> SELECT name\n  FROM t\n')
  expect([...replay.server(answer)].join('')).toBe('  name\n  Al\\u001b[m\n  NULL\n✓ SELECT 2\n')
})

test('shows parameters and errors', () => {
  const replay = new PostgresReplay()
  const bind = frame('B', '\0', '\0', int(0, 2), int(2, 2), int(1, 4), '7', int(-1, 4), int(0, 2))
  expect([...replay.client(bind)].join('')).toBe('    $1 = 7\n    $2 = NULL\n')
  const error = frame('E', 'SERROR\0', 'C42501\0', 'Mno\0', 'Hask\0', '\0')
  expect([...replay.server(error)].join('')).toBe('✗ ERROR 42501 no (ask)\n')
})

test('shows notices without the code that says that nothing is wrong', () => {
  const replay = new PostgresReplay()
  const held = frame('N', 'SNOTICE\0', 'C00000\0', 'Mwaiting\0', 'Hhttps://here\0', '\0')
  const warning = frame('N', 'SWARNING\0', 'C01000\0', 'Mcareful\0', '\0')
  expect([...replay.server(Buffer.concat([held, warning]))].join('')).toBe(
    '! NOTICE waiting (https://here)\n! WARNING 01000 careful\n',
  )
})

describe('binary parameters', () => {
  const parse = (name: string, ...types: number[]) =>
    frame(
      'P',
      `${name}\0`,
      'SELECT $1\0',
      int(types.length, 2),
      ...types.map((type) => int(type, 4)),
    )
  const bind = (name: string) =>
    frame('B', '\0', `${name}\0`, int(1, 2), int(1, 2), int(1, 2), int(2, 4), int(1, 2), int(0, 2))
  const describes = (name: string) => frame('D', `S${name}\0`)
  const described = (...types: number[]) =>
    frame('t', int(types.length, 2), ...types.map((type) => int(type, 4)))
  const error = frame('E', 'SERROR\0', '\0')
  const shown = (texts: Iterable<string>) => [...texts].join('')

  test('are shown as the approver saw them where the client declares their type', () => {
    const replay = new PostgresReplay()
    shown(replay.client(parse('p', 21)))
    expect(shown(replay.client(bind('p')))).toBe('    $1 = 1\n')
    expect(shown(replay.client(bind('other')))).toBe('    $1 = \\x0001\n')
  })

  test('are shown by the type that the target describes where the client leaves it open', () => {
    const replay = new PostgresReplay()
    shown(replay.client(parse('p', 0)))
    expect(shown(replay.client(bind('p')))).toBe('    $1 = \\x0001\n')
    shown(replay.client(describes('p')))
    shown(replay.server(described(21)))
    expect(shown(replay.client(bind('p')))).toBe('    $1 = 1\n')
  })

  test('stay bytes when an error hides which description belongs to which statement', () => {
    const replay = new PostgresReplay()
    shown(
      replay.client(Buffer.concat([parse('a', 0), describes('a'), parse('b', 0), describes('b')])),
    )
    shown(replay.server(Buffer.concat([error, described(21)])))
    expect(shown(replay.client(Buffer.concat([bind('a'), bind('b')])))).toBe(
      '    $1 = \\x0001\n    $1 = \\x0001\n',
    )
  })
})

test('does not depend on where the recording was cut', () => {
  for (let at = 0; at <= answer.length; at += 1) {
    const replay = new PostgresReplay()
    const texts = [...replay.server(answer.subarray(0, at)), ...replay.server(answer.subarray(at))]
    expect(texts.join('')).toContain('✓ SELECT 2')
  }
})

test('no bytes make it throw or loop', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (parts) => {
      const replay = new PostgresReplay()
      const frames = new FrameReader()
      for (const part of parts) {
        const texts = [...replay.server(part), ...replay.client(part)]
        expect(texts.every((text) => !text.includes('\u001b'))).toBe(true)
        expect([...frames.push(part)].length).toBeLessThanOrEqual(part.length + 200)
      }
    }),
  )
})

test('concatenated chunks come apart at any cut; a rest is refused', async () => {
  const chunk = (payload: string) => {
    const head = Buffer.alloc(74)
    head.write('WGRC')
    head.writeUInt32BE(payload.length, 38)
    const body = Buffer.concat([head, Buffer.from('\u0001s\u0001p'), Buffer.from(payload)])
    return Buffer.concat([body, createHash('sha256').update(body).digest()])
  }
  const [one, two] = [chunk('hello'), chunk('')]
  const whole = Buffer.concat([one, two])
  const split = async (...parts: readonly Uint8Array[]) => {
    const stream = async function* () {
      for (const part of parts) yield await Promise.resolve(part)
    }
    const chunks: Uint8Array[] = []
    for await (const found of splitChunks(stream())) chunks.push(found)
    return chunks
  }
  for (let at = 0; at <= whole.length; at += 7)
    expect(await split(whole.subarray(0, at), whole.subarray(at))).toEqual([one, two])
  await expect(split(whole.subarray(0, -1))).rejects.toThrow('cut short')
})
