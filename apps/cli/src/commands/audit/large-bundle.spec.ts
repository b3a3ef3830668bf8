import {
  encodeEntry,
  Frontier,
  leafHash,
  signCheckpoint,
  verifierKey,
  writeBundle,
} from '@wardgate/audit-log'
import { verifyBundle } from '@wardgate/audit-log/verify'
import { createWriteStream, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  entryOf,
  key,
  origin,
  trustedKeys,
} from '../../../../../packages/audit-log/src/testing/sample-log'
import { emptyFolder } from '../../testing/fake-cli'
import { readLines } from './lines'

jest.setTimeout(120_000)

const mebibyte = 1024 * 1024
const entries = 60_000
const entriesBetweenLooks = 10_000
const text = 'x'.repeat(400)

function* allEntries() {
  for (let index = 0; index < entries; index += 1)
    yield { index, leaf: encodeEntry({ ...entryOf(index, index + 1), body: { index, text } }) }
}

async function writeLargeBundle(file: string): Promise<void> {
  const frontier = Frontier.empty()
  for (const { leaf } of allEntries()) frontier.append(leafHash(leaf))
  const note = signCheckpoint({ origin, size: entries, root: frontier.root() }, key)
  const lines = writeBundle({
    origin,
    verifierKey: verifierKey(key),
    checkpoints: [{ size: entries, note }],
    range: { first: 0, end: entries },
    entries: allEntries(),
    spools: [{ agentId: 'agent-1', spoolId: 'spool-1', first: 1, last: entries }],
    reader: { read: () => Promise.reject(new Error('a whole log needs no proof')) },
  })
  await pipeline(lines, createWriteStream(file))
}

/** What is in use once all that is not has been collected. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

it('is verified in memory that does not grow with it', async () => {
  const file = join(emptyFolder(), 'evidence.json')
  await writeLargeBundle(file)
  expect(statSync(file).size).toBeGreaterThan(32 * mebibyte)
  const before = bytesInUse()
  let most = 0
  let lines = 0
  function* watched() {
    for (const line of readLines(file)) {
      lines += 1
      if (lines % entriesBetweenLooks === 0) most = Math.max(most, bytesInUse() - before)
      yield line
    }
  }
  const report = verifyBundle(watched(), { trustedKeys })
  expect(report).toMatchObject({ integrity: { ok: true }, completeness: { ok: true }, entries })
  expect(most).toBeLessThan(4 * mebibyte)
})
