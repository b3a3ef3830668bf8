import type { Permit } from '@wardgate/gateway'
import { gzipSync } from 'node:zlib'
import { bodyPipe } from './body-pipe'

const masker: ReturnType<Permit['body']> = {
  active: true,
  isBehind: false,
  maskedCells: 0,
  write: (chunk) => chunk,
  idle: () => new Uint8Array(),
  end: () => new Uint8Array(),
}

it('lets others have their turn between two pieces of a compressed body', async () => {
  const body = gzipSync(Buffer.alloc(1024 * 1024, 'x'))
  let turn = 0
  const turns: number[] = []
  const timer = { isOver: false }
  const count = () => {
    turn += 1
    if (!timer.isOver) setImmediate(count)
  }
  count()
  await new Promise<void>((resolve, reject) => {
    const pipe = bodyPipe({
      masker,
      contentEncoding: 'gzip',
      goOn: () => undefined,
      sink: {
        write: () => turns.push(turn) > 0,
        end: resolve,
        fail: reject,
      },
    })
    pipe.write(body)
    pipe.end()
  })
  timer.isOver = true
  expect(turns.length).toBeGreaterThan(10)
  expect(new Set(turns).size).toBe(turns.length)
})
