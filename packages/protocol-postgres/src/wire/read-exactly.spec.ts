import { streamPair } from '@wardgate/gateway/testing'
import { readExactly } from './read-exactly'

const forever = new AbortController().signal

it('lets the process go on while a message is there in part', async () => {
  const [stream, peer] = streamPair()
  const read = readExactly(stream, 4, forever)
  for (const byte of 'abcdef') {
    peer.write(byte)
    await new Promise(setImmediate)
    await new Promise(setImmediate)
  }
  expect((await read).toString()).toBe('abcd')
  expect((await readExactly(stream, 2, forever)).toString()).toBe('ef')
})

it('refuses a message that ends within', async () => {
  const [stream, peer] = streamPair()
  peer.end('ab')
  await expect(readExactly(stream, 4, forever)).rejects.toMatchObject({
    code: 'ERR_PROTOCOL_MALFORMED',
  })
})

it('ends when it is aborted, also in the middle', async () => {
  const [stream, peer] = streamPair()
  const abort = new AbortController()
  peer.write('ab')
  const read = readExactly(stream, 4, abort.signal)
  await new Promise(setImmediate)
  abort.abort(new Error('too late'))
  await expect(read).rejects.toThrow('too late')
})
