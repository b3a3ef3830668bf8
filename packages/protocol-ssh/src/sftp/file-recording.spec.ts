import { fakeGate } from '@wardgate/gateway/testing'
import { FileRecording } from './file-recording'

async function recorded(blocks: readonly Buffer[]): Promise<string> {
  let text = ''
  const { gate } = fakeGate({
    recorder: {
      record: (_what, chunk) => (text += Buffer.from(chunk).toString('latin1')),
      isBehind: false,
      room: () => Promise.resolve(),
      mark: () => undefined,
      end: () => undefined,
    },
  })
  const permit = await gate.submit({ kind: 'file', action: 'read', path: '/x' })
  if (permit.kind !== 'permit') throw new Error('refused')
  const recording = new FileRecording(gate, permit, '/x')
  for (const block of blocks) recording.passed('out', block)
  recording.closed(
    blocks.reduce((sum, { length }) => sum + length, 0),
    'd',
  )
  return text
}

it('takes text whose characters are cut by blocks for text', async () => {
  const bytes = Buffer.from('aé€😀z'.repeat(3))
  for (let at = 1; at < bytes.length; at += 1)
    expect(await recorded([bytes.subarray(0, at), bytes.subarray(at)])).toBe(
      `${bytes.toString('latin1')}\r\n[/x: ${bytes.length} bytes, sha256:d]\r\n`,
    )
})

it.each([
  ['a NUL', Buffer.from('a\0b')],
  ['an escape', Buffer.from('\u001b]0;title\u0007')],
  ['bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0xfe, 0x61, 0x61, 0x61, 0x61])],
])('records nothing of what has %s in it, but its digest', async (_title, bytes) => {
  expect(await recorded([bytes])).toBe(
    `\r\n[/x: content that is no text is not recorded]\r\n\r\n[/x: ${bytes.length} bytes, sha256:d]\r\n`,
  )
})

it('records the beginning of what is long', async () => {
  const block = Buffer.alloc(200 * 1024, 'x')
  const text = await recorded([block, block, block])
  expect(text.match(/x/g)?.length).toBe(256 * 1024 + 2)
  expect(text).toContain('[/x: more than is recorded]')
})
