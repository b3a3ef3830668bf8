import { status } from '@grpc/grpc-js'
import { readFileSync, writeFileSync } from 'node:fs'
import type { IngestRequest, SpoolRecord } from '@wardgate/contract'
import { createAgentClient } from '../control/client'
import { quietLog } from '../testing/quiet-log'
import { FileSpool } from '../spool/spool'
import { intentEntry, sampleOperation } from '../testing/entries'
import { FakeControlPlane, until } from '../testing/fake-control-plane'
import { temporaryFolder } from '../testing/temporary-folder'
import { Ingest } from './ingest'

const clock = { now: () => 1_763_784_000_000, micros: () => 0 }

let plane: FakeControlPlane
let folder: ReturnType<typeof temporaryFolder>
let spool: FileSpool
let ingest: Ingest
let client: ReturnType<typeof createAgentClient>
/** What the control plane holds: once per (spool, sequence), as its database would. */
let held: Map<string, SpoolRecord>
let received: number

beforeEach(async () => {
  plane = await FakeControlPlane.start()
  folder = temporaryFolder()
  spool = new FileSpool({ folder: folder.path, clock, maxBytes: 64 << 20, segmentBytes: 16 << 10 })
  client = createAgentClient(plane.address, await plane.authority.agent('agent'))
  held = new Map()
  received = 0
  ingest = new Ingest({
    gatherMillis: 1,
    batchRecords: 500,
    spool,
    client: () => client,
    log: quietLog,
    firstBackoffMillis: 1,
    random: () => 0,
  })
})
afterEach(() => {
  ingest.stop()
  client.close()
  plane.stop()
  folder.remove()
})

function keep(request: IngestRequest): bigint {
  for (const record of request.records) {
    received += 1
    held.set(`${request.spoolId}/${record.sequence}`, record)
  }
  return request.records.at(-1)?.sequence ?? 0n
}

function append(count: number): void {
  for (let index = 0; index < count; index += 1) spool.append(intentEntry(`o${index}`))
}

describe('ingest', () => {
  it('sends everything in order and lets acknowledged segments go', async () => {
    const sizes: number[] = []
    plane.onIngest = (call, request) => {
      sizes.push(request.records.length)
      call.write({ spoolId: request.spoolId, acknowledged: keep(request) })
    }
    append(3000)
    await spool.durable()
    ingest.connect()
    await until(() => spool.acknowledged === 3001)
    expect([...held.values()].map(({ sequence }) => Number(sequence))).toEqual(
      Array.from({ length: 3001 }, (_, index) => index + 1),
    )
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500)
    expect(spool.segments.length).toBe(1)
    append(10)
    await until(() => spool.acknowledged === 3011)
  })

  it('has a bounded number of batches under way while acknowledgements are slow', async () => {
    const waiting: (() => void)[] = []
    plane.onIngest = (call, request) => {
      const acknowledged = keep(request)
      waiting.push(() => call.write({ spoolId: request.spoolId, acknowledged }))
    }
    append(9000)
    await spool.durable()
    ingest.connect()
    await until(() => waiting.length === 8)
    await new Promise((resolve) => setImmediate(resolve))
    expect(waiting).toHaveLength(8)
    waiting[0]!()
    await until(() => waiting.length === 9)
    waiting[8]!()
    await until(() => spool.acknowledged === 4500)
  })

  it('goes on sending what becomes durable while large records are read', async () => {
    plane.onIngest = (call, request) =>
      call.write({ spoolId: request.spoolId, acknowledged: keep(request) })
    ingest.connect()
    const statement = { ...sampleOperation, text: 'x'.repeat(1 << 20) }
    for (let index = 0; index < 20; index += 1) {
      spool.append(intentEntry(`o${index}`, statement))
      await spool.durable()
    }
    await until(() => spool.acknowledged === 21)
    append(1)
    await until(() => spool.acknowledged === 22)
  })

  it('writes each record once although streams are lost and acknowledgements come twice', async () => {
    let turns = 0
    plane.onIngest = (call, request) => {
      turns += 1
      const acknowledged = keep(request)
      if (turns % 3 === 0) {
        call.emit('error', { code: status.UNAVAILABLE, details: 'dropped' })
        return
      }
      call.write({ spoolId: request.spoolId, acknowledged })
      call.write({ spoolId: request.spoolId, acknowledged })
      call.write({ spoolId: request.spoolId, acknowledged: acknowledged / 2n })
    }
    append(4000)
    await spool.durable()
    ingest.connect()
    await until(() => spool.acknowledged === 4001, 15_000)
    expect(held.size).toBe(4001)
    expect(received).toBeGreaterThan(4001)
  }, 20_000)

  it('goes on from what an earlier stream brought, although its acknowledgements were lost', async () => {
    let batches = 0
    plane.onIngest = (call, request) => {
      keep(request)
      batches += 1
      if (batches < 8) return
      if (batches === 8)
        return void call.emit('error', { code: status.UNAVAILABLE, details: 'dropped' })
      call.write({ spoolId: request.spoolId, acknowledged: BigInt(held.size) })
    }
    append(4500)
    await spool.durable()
    ingest.connect()
    await until(() => spool.acknowledged === 4501)
    append(10)
    await until(() => spool.acknowledged === 4511)
    expect(held.size).toBe(4511)
  })

  it('drops the stream on an acknowledgement of what the spool does not hold', async () => {
    let streams = 0
    plane.onIngest = (call, request) => {
      streams += 1
      if (streams === 1) return void call.write({ spoolId: request.spoolId, acknowledged: 99_999n })
      call.write({ spoolId: request.spoolId, acknowledged: keep(request) })
    }
    append(5)
    await spool.durable()
    ingest.connect()
    await until(() => spool.acknowledged === 6)
    expect(plane.ingests).toHaveLength(2)
  })

  it('keeps what it has not sent on this stream, whatever is acknowledged', async () => {
    let batches = 0
    plane.onIngest = (call, request) => {
      batches += 1
      // Somebody else wrote on in this spool: the control plane finds out where the two meet.
      if (batches === 1) call.write({ spoolId: request.spoolId, acknowledged: 700n })
      else call.emit('error', { code: status.DATA_LOSS, details: 'ERR_AUDIT_CORRUPT: forked' })
    }
    append(1000)
    await spool.durable()
    ingest.connect()
    await until(() => batches >= 4)
    expect(spool.acknowledged).toBe(0)
  })

  it('sends nothing that does not verify, and nothing may run any more', async () => {
    plane.onIngest = (call, request) =>
      call.write({ spoolId: request.spoolId, acknowledged: keep(request) })
    append(50)
    await spool.durable()
    const { path } = spool.segments[0]!
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(path, bytes)
    ingest.connect()
    await until(() => spool.broken !== undefined)
    expect(spool.broken).toMatchObject({ code: 'ERR_AUDIT_CORRUPT' })
    expect(() => append(1)).toThrow(expect.objectContaining({ code: 'ERR_AUDIT_CORRUPT' }))
    expect(received).toBeLessThan(51)
  })
})
