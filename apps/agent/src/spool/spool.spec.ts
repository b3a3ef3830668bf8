import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SpoolRecord } from '@wardgate/contract'
import { intentEntry, outcomeEntry } from '../testing/entries'
import { temporaryFolder } from '../testing/temporary-folder'
import { SpoolReader } from './reader'
import { listSegments } from './segment'
import { FileSpool } from './spool'

const clock = { now: () => 1_763_784_000_000, micros: () => 0 }
const limits = { records: 500, bytes: 1 << 20 }
let folder: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

function openSpool(options: { maxBytes?: number; segmentBytes?: number; path?: string } = {}) {
  const { path = folder.path, ...rest } = options
  return new FileSpool({ folder: path, clock, maxBytes: 64 << 20, ...rest })
}

async function readAll(spool: FileSpool, from = 1): Promise<SpoolRecord[]> {
  await spool.durable()
  const reader = new SpoolReader(spool, from)
  const records: SpoolRecord[] = []
  for (;;) {
    const batch = await reader.read(limits)
    if (batch === undefined) break
    records.push(...batch.payloads.map((payload) => SpoolRecord.decode(payload)))
  }
  await reader.close()
  return records
}

function operationIds(records: readonly SpoolRecord[]): string[] {
  return records.flatMap(({ entry }) =>
    entry?.$case === 'intent' || entry?.$case === 'outcome' ? [entry.value.operationId] : [],
  )
}

describe('the spool', () => {
  it('begins with a record that says why it was made', async () => {
    const spool = openSpool()
    const [first] = await readAll(spool)
    expect(first).toMatchObject({
      sequence: 1n,
      entry: { $case: 'spoolCreated', value: { previousSpoolId: '', reason: 'first start' } },
    })
    await spool.close()
  })

  it('tells when the oldest unacknowledged record was written, also after a restart', async () => {
    let now = 1_763_784_000_000
    const open = () =>
      new FileSpool({
        folder: folder.path,
        clock: { now: () => now, micros: () => 0 },
        maxBytes: 64 << 20,
        segmentBytes: 1000,
      })
    let spool = open()
    for (let index = 0; index < 20; index += 1) {
      now += 10_000
      spool.append(intentEntry(`a${index}`))
    }
    await spool.durable()
    expect(spool.oldestUnacknowledged).toBe(now - 200_000)
    spool.acknowledge(11)
    expect(spool.oldestUnacknowledged).toBe(now - 90_000)
    await spool.close()
    const wroteLast = now
    now += 3_600_000
    spool = open()
    expect(spool.oldestUnacknowledged).toBe(wroteLast - 90_000)
    spool.acknowledge(spool.lastSequence)
    expect(spool.oldestUnacknowledged).toBeUndefined()
    // After a quiet hour the first record is new, not an hour old.
    now += 3_600_000
    spool.append(intentEntry('b'))
    expect(spool.oldestUnacknowledged).toBe(now)
    await spool.close()
  })

  it('continues the sequence after a restart, over many segments', async () => {
    let spool = openSpool({ segmentBytes: 2000 })
    for (let index = 0; index < 50; index += 1) spool.append(intentEntry(`a${index}`))
    await spool.close()
    const { spoolId } = spool
    spool = openSpool({ segmentBytes: 2000 })
    for (let index = 0; index < 50; index += 1) spool.append(outcomeEntry(`b${index}`))
    const records = await readAll(spool)
    expect(spool.spoolId).toBe(spoolId)
    expect(records.map(({ sequence }) => Number(sequence))).toEqual(
      Array.from({ length: 101 }, (_, index) => index + 1),
    )
    expect(operationIds(records)).toHaveLength(100)
    expect(operationIds(await readAll(spool, 100))).toEqual(['b48', 'b49'])
    await spool.close()
  })

  it('has what was appended in the file once written, with nothing to wait for', async () => {
    const spool = openSpool()
    spool.append(intentEntry('written-first'))
    spool.append(intentEntry('written-too'))
    expect(spool.written()).toBeUndefined()
    const bytes = readFileSync(spool.segments.at(-1)!.path)
    expect(bytes.includes('written-first') && bytes.includes('written-too')).toBe(true)
    await spool.close()
    await expect(spool.written()).rejects.toThrow('closed')
  })

  it('deletes only segments whose every record is acknowledged', async () => {
    const spool = openSpool({ segmentBytes: 2000 })
    for (let index = 0; index < 40; index += 1) {
      spool.append(intentEntry(`o${index}`))
      await spool.written()
    }
    await spool.durable()
    const second = spool.segments[1]!
    spool.acknowledge(second.firstSequence - 2)
    expect(listSegments(folder.path)[0]?.firstSequence).toBe(1)
    spool.acknowledge(second.firstSequence - 1)
    expect(listSegments(folder.path)[0]?.firstSequence).toBe(second.firstSequence)
    const before = spool.bytes
    spool.acknowledge(spool.lastSequence)
    expect(listSegments(folder.path)).toHaveLength(1)
    expect(spool.bytes).toBeLessThan(before)
    await spool.close()
  })

  it('refuses an acknowledgement of what was never durable', async () => {
    const spool = openSpool()
    await spool.durable()
    expect(() => spool.acknowledge(99)).toThrow('never sent')
  })

  it('refuses intents when full, keeps room for outcomes, and takes more after acknowledgement', async () => {
    const spool = openSpool({ maxBytes: 40_000, segmentBytes: 4000 })
    let taken = 0
    expect(() => {
      for (; taken < 10_000; taken += 1) spool.append(intentEntry(`o${taken}`))
    }).toThrow(expect.objectContaining({ code: 'ERR_AUDIT_UNAVAILABLE' }))
    spool.append(outcomeEntry('o1'))
    expect(() => spool.append(intentEntry('again'))).toThrow('full')
    expect(spool.bytes).toBeLessThanOrEqual(40_000)
    const records = await readAll(spool)
    expect(operationIds(records)).toHaveLength(taken + 1)
    expect(records.filter(({ entry }) => entry?.$case === 'agentLife')).toHaveLength(1)
    spool.acknowledge(spool.durableSequence)
    spool.append(intentEntry('room again'))
    await spool.close()
  })

  it('shares one fdatasync between all that wait', async () => {
    const spool = openSpool()
    const waits = Array.from({ length: 100 }, (_, index) => {
      spool.append(intentEntry(`o${index}`))
      return spool.durable()
    })
    let told = 0
    spool.onDurable(() => (told += 1))
    await Promise.all(waits)
    expect(told).toBeLessThanOrEqual(2)
    expect(spool.durableSequence).toBe(101)
    await spool.close()
  })
})

describe('recovery of the spool', () => {
  async function written(count: number): Promise<string> {
    const spool = openSpool()
    for (let index = 0; index < count; index += 1) spool.append(intentEntry(`o${index}`))
    await spool.close()
    return listSegments(folder.path)[0]!.path
  }

  it('cuts off a tail that is torn at any byte of the last record', async () => {
    const path = await written(4)
    const bytes = readFileSync(path)
    const lastStart = bytes.lastIndexOf(Buffer.from('o3')) - 60
    const starts: number[] = []
    for (let at = 36; at < bytes.length; at += 8 + bytes.readUInt32LE(at)) starts.push(at)
    const last = starts.at(-1)!
    expect(last).toBeLessThan(lastStart)
    for (let end = last; end < bytes.length; end += 1) {
      const copy = join(folder.path, `copy-${end}`)
      mkdirSync(copy)
      copyFileSync(join(folder.path, 'spool.json'), join(copy, 'spool.json'))
      const segment = join(copy, '00000000000000000001.segment')
      copyFileSync(path, segment)
      truncateSync(segment, end)
      const spool = openSpool({ path: copy })
      expect(spool.lastSequence).toBe(4)
      spool.append(intentEntry('next'))
      expect(operationIds(await readAll(spool))).toEqual(['o0', 'o1', 'o2', 'next'])
      await spool.close()
    }
  }, 60_000)

  it('refuses to start over a damaged record that others follow, and keeps every file', async () => {
    const path = await written(10)
    const bytes = readFileSync(path)
    const starts: number[] = []
    for (let at = 36; at < bytes.length; at += 8 + bytes.readUInt32LE(at)) starts.push(at)
    for (const at of [starts[3]! + 20, starts[3]!, starts[3]! + 4, 2, 30]) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x40
      writeFileSync(path, damaged)
      expect(() => openSpool()).toThrow(expect.objectContaining({ code: 'ERR_AUDIT_CORRUPT' }))
      expect(readFileSync(path).equals(damaged)).toBe(true)
    }
  })

  it('refuses to start when a segment in the middle is damaged, short or gone', async () => {
    const spool = openSpool({ segmentBytes: 1000 })
    for (let index = 0; index < 30; index += 1) spool.append(intentEntry(`o${index}`))
    await spool.close()
    const middle = listSegments(folder.path)[2]!.path
    const bytes = readFileSync(middle)
    truncateSync(middle, bytes.length - 1)
    expect(() => openSpool()).toThrow(expect.objectContaining({ code: 'ERR_AUDIT_CORRUPT' }))
    rmSync(middle)
    expect(() => openSpool()).toThrow(expect.objectContaining({ code: 'ERR_AUDIT_CORRUPT' }))
    writeFileSync(middle, bytes)
    const mended = openSpool()
    expect(operationIds(await readAll(mended))).toHaveLength(30)
    await mended.close()
  })

  it('begins a new spool that names the former when the segments are gone', async () => {
    const path = await written(3)
    const former = JSON.parse(readFileSync(join(folder.path, 'spool.json'), 'utf8')).spoolId
    for (const segment of listSegments(folder.path)) rmSync(segment.path)
    const spool = openSpool()
    expect(spool.spoolId).not.toBe(former)
    expect((await readAll(spool))[0]?.entry?.value).toEqual({
      previousSpoolId: former,
      reason: 'segments are missing',
    })
    await spool.close()
    expect(listSegments(folder.path)[0]?.path).toBe(path)
  })

  it('never gives out a sequence number again that the control plane has acknowledged', async () => {
    const path = await written(5)
    const position = JSON.parse(readFileSync(join(folder.path, 'spool.json'), 'utf8'))
    writeFileSync(join(folder.path, 'spool.json'), JSON.stringify({ ...position, acknowledged: 6 }))
    truncateSync(path, readFileSync(path).length - 1)
    const spool = openSpool()
    expect(spool.spoolId).not.toBe(position.spoolId)
    expect(spool.lastSequence).toBe(1)
    await spool.close()
  })

  it('works without its position file', async () => {
    await written(5)
    rmSync(join(folder.path, 'spool.json'))
    const spool = openSpool()
    expect(operationIds(await readAll(spool))).toHaveLength(5)
    await spool.close()
  })

  it('loses nothing that was durable when the process is killed', async () => {
    const program = join(__dirname, '../testing/spool-appender.ts')
    const hook = join(__dirname, '../testing/run-typescript.cjs')
    for (const lines of [1, 7, 40]) {
      const child = spawn(process.execPath, ['-r', hook, program, folder.path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let durable = 0
      let seen = 0
      for await (const line of createInterface(child.stdout)) {
        durable = Number(line)
        seen += 1
        if (seen === lines) child.kill('SIGKILL')
      }
      if (child.signalCode === null) await once(child, 'exit')
      expect(seen).toBeGreaterThanOrEqual(lines)
      const spool = openSpool()
      expect(spool.lastSequence).toBeGreaterThanOrEqual(durable)
      const records = await readAll(spool)
      expect(records.map(({ sequence }) => Number(sequence))).toEqual(
        Array.from({ length: spool.lastSequence }, (_, index) => index + 1),
      )
      await spool.close()
    }
  }, 60_000)
})
