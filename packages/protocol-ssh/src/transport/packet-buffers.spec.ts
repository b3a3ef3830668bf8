import { fillPacket, PacketBuffers, packetLengths } from './packet-buffers'

describe('memory for packets', () => {
  it('is used again only once its packet was written', () => {
    const buffers = new PacketBuffers()
    const first = buffers.take(100)
    const second = buffers.take(100)
    expect(first?.buffer).not.toBe(second?.buffer)
    if (first === undefined || second === undefined) throw new Error('nothing lent')
    buffers.giveBack(first, true)
    expect(buffers.isLent(first)).toBe(false)
    expect(buffers.take(200)?.buffer).toBe(first.buffer)
  })

  it('is not used again when it may still be read, and not twice at a time', () => {
    const buffers = new PacketBuffers()
    const failed = buffers.take(100)
    const twice = buffers.take(100)
    if (failed === undefined || twice === undefined) throw new Error('nothing lent')
    buffers.giveBack(failed, false)
    buffers.giveBack(failed, true)
    buffers.giveBack(twice, true)
    buffers.giveBack(twice, true)
    const next = [buffers.take(1), buffers.take(1)]
    expect(next[0]?.buffer).toBe(twice.buffer)
    expect(next[1]?.buffer).not.toBe(twice.buffer)
    expect(next.some((packet) => packet?.buffer === failed.buffer)).toBe(false)
  })

  it('is not lent for what is larger than any packet', () => {
    expect(new PacketBuffers().take(64 * 1024)).toBeUndefined()
  })
})

it.each([0, 1, 7, 8, 11, 12, 15, 16, 32_777])(
  'frames %i bytes in whole blocks, with at least four of padding',
  (payload) => {
    const { packet, padding } = packetLengths(payload)
    expect(packet % 16).toBe(0)
    expect(padding).toBeGreaterThanOrEqual(4)
    expect(padding).toBeLessThan(20)
    const bytes = fillPacket(Buffer.alloc(4 + packet), payload)
    expect(bytes.readUInt32BE(0)).toBe(packet)
    expect(bytes.readUInt8(4)).toBe(padding)
    expect(1 + payload + padding).toBe(packet)
  },
)
