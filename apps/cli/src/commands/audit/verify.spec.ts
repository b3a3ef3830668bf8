import { encodeEntryTile, tilePath, tilesOfLevel } from '@wardgate/audit-log'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SampleLog, trustedKeys } from '../../../../../packages/audit-log/src/testing/sample-log'
import { emptyFolder, ranCli } from '../../testing/fake-cli'

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const cwd = emptyFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), content)
  }
  return cwd
}

test('a bundle verifies with the key given, and with its own key says so', async () => {
  const cwd = folderWith({
    'b.json': await SampleLog.of(300).bundle(),
    key: trustedKeys.join('\n'),
  })
  const ran = await ranCli(['audit', 'verify', 'b.json', '--key', 'key'], { cwd })
  expect(ran).toMatchObject({ code: 0 })
  expect(ran.out).toContain('integrity     ok')
  expect((await ranCli(['audit', 'verify', 'b.json'], { cwd })).out).toContain(
    'ONLY THE KEY IN THE BUNDLE',
  )
})

test('a bundle says how far the entries of each agent go, and claims no more', async () => {
  const log = SampleLog.of(3)
  const cwd = folderWith({ 'b.json': await log.bundle(), key: trustedKeys.join('\n') })
  const ran = await ranCli(['audit', 'verify', 'b.json', '--key', 'key'], { cwd })
  expect(ran.out).toContain('completeness  ok: nothing is missing of what agents had handed over')
  expect(ran.out).toContain(
    'complete up to 3 of agent agent-1 at 2023-11-14T22:13:20.000002Z (spool spool-1, from 1)',
  )
  const json = await ranCli(['audit', 'verify', 'b.json', '--key', 'key', '--json'], { cwd })
  expect(JSON.parse(json.out)).toMatchObject({
    completeness: { reached: [{ agentId: 'agent-1', first: 1, last: 3, entries: 3 }] },
  })
  const cut = new SampleLog([1, 2, 4])
  const gap = folderWith({ 'b.json': await cut.bundle(), key: trustedKeys.join('\n') })
  const failed = await ranCli(['audit', 'verify', 'b.json', '--key', 'key'], { cwd: gap })
  expect(failed).toMatchObject({ code: 1 })
  expect(failed.out).not.toContain('complete up to')
  expect(failed.out).toContain('up to 4 of agent agent-1')
})

test('one byte changed anywhere fails', async () => {
  const bundle = Buffer.from(await SampleLog.of(5).bundle())
  for (let at = 0; at < bundle.length; at += 41) {
    const altered = Buffer.from(bundle)
    altered[at] = altered.readUInt8(at) ^ 1
    const cwd = folderWith({ 'b.json': altered, key: trustedKeys.join('\n') })
    expect((await ranCli(['audit', 'verify', 'b.json', '--key', 'key'], { cwd })).code).toBe(1)
  }
})

test('a log in tiles verifies, and fails when a tile is cut or gone', async () => {
  const log = SampleLog.of(300)
  const tiles = [...tilesOfLevel('entries', 300)].map((tile): [string, Uint8Array] => {
    const first = tile.index * 256
    return [`log/${tilePath(tile)}`, encodeEntryTile(log.leaves.slice(first, first + tile.width))]
  })
  const files = {
    ...Object.fromEntries(tiles),
    'log/checkpoint': log.checkpoint().note,
    key: trustedKeys.join('\n'),
  }
  const args = ['audit', 'verify', 'log', '--key', 'key']
  expect((await ranCli(args, { cwd: folderWith(files) })).code).toBe(0)
  const [name = '', tile = new Uint8Array()] = tiles[1] ?? []
  expect(
    (await ranCli(args, { cwd: folderWith({ ...files, [name]: tile.slice(0, -1) }) })).code,
  ).toBe(1)
})
