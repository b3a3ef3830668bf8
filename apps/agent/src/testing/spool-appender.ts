import { FileSpool } from '../spool/spool'
import { intentEntry, outcomeEntry } from './entries'

/** Appends until it is killed; prints the last sequence number that is durable, one a line. */
async function main(): Promise<void> {
  const spool = new FileSpool({
    folder: process.argv[2] ?? '',
    clock: { now: () => Date.now(), micros: () => performance.now() * 1000 },
    maxBytes: 1 << 30,
    segmentBytes: 64 << 10,
  })
  for (let round = 0; ; round += 1) {
    for (let index = 0; index < 17; index += 1) {
      spool.append(intentEntry(`operation-${round}-${index}`))
      spool.append(outcomeEntry(`operation-${round}-${index}`))
    }
    await spool.durable()
    process.stdout.write(`${spool.durableSequence}\n`)
  }
}

void main()
