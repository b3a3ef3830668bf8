import { asciicast, parseChunk, readRecording, type RecordingEvent } from '@wardgate/recording'
import type { Api } from '../../api/client'
import { segment } from '../../api/resolve'
import { CliError } from '../../cli-error'
import { escapeJson } from '../../output/escape'
import { splitChunks } from '../../replay/chunks'
import { type Replay, replayOf } from '../../replay/replay'
import type { Run } from '../../run'
import { action, leaf, type Register } from '../command'

/** Longer pauses are cut to this; nobody waits an hour for the next statement. */
const maxPauseMilliseconds = 3_000
const maxRecordingBytes = 1024 * 1024 * 1024

export const sessionsReplay: Register = (parent, cli) => {
  leaf(
    parent,
    'replay',
    'Replay a session as the client saw it: statements, requests and answers, or its terminal.',
  )
    .argument('<id>', 'id of the session')
    .option('--speed <factor>', 'times real time; 0 = at once', '1')
    .option('--from <seconds>', 'begin this long after the start', '0')
    .option('--follow', 'show what was recorded at once, and what comes until the session ends')
    .option('--asciicast', 'print asciicast v3, for terminals: save it and play it elsewhere')
    .action(
      action(cli, async (run, [id = '']) => {
        const path = `/v1/sessions/${segment(id)}`
        const api = await run.api()
        if (run.options.flag('follow')) return follow(run, api, `${path}/recording`)
        const live = (await api.get(path))['state'] === 'open'
        const chunks: Uint8Array[] = []
        let bytes = 0
        for await (const chunk of splitChunks(await api.stream('GET', `${path}/recording`))) {
          bytes += chunk.length
          if (bytes > maxRecordingBytes)
            throw new CliError('no', 'the recording is too large to replay here')
          chunks.push(chunk)
        }
        const [first] = chunks
        if (first === undefined) throw new CliError('rejected', 'the session has no recording')
        const { protocol, startedAtMicros } = parseChunk(first)
        const events = readRecording(chunks, { open: live })
        if (run.options.flag('asciicast'))
          for (const line of asciicast(events, { startedAtMicros, title: `session ${id}` }))
            await run.printPaced(`${escapeJson(line)}\n`)
        else if (run.json) await printEvents(run, events)
        else await replay(run, protocol, events)
      }),
    )
}

async function printEvents(run: Run, events: Iterable<RecordingEvent>): Promise<void> {
  for (const event of events) {
    const line =
      event.kind === 'mark' || event.kind === 'size'
        ? event
        : { ...event, bytes: Buffer.from(event.bytes).toString('base64') }
    await run.printPaced(`${escapeJson(JSON.stringify(line))}\n`)
  }
}

/** What a terminal shows now, and from now on. Chunks are checked one by one: the whole is checked when it is replayed. */
async function follow(run: Run, api: Api, path: string): Promise<void> {
  let index = 0
  let shown: Replay | undefined
  const stream = await api.stream('GET', path, { query: { follow: 'true' } })
  for await (const chunk of splitChunks(stream)) {
    shown ??= replayOf(parseChunk(chunk).protocol)
    for (const event of readRecording([chunk], { open: true, firstIndex: index }))
      for (const text of shown.show(event)) await run.printPaced(text)
    index += 1
  }
}

async function replay(run: Run, protocol: string, events: Iterable<RecordingEvent>): Promise<void> {
  const speed = run.options.number('speed', { least: 0, most: 1_000 }) ?? 1
  const from = (run.options.number('from', { least: 0, most: 1e9 }) ?? 0) * 1_000_000
  const shown = replayOf(protocol)
  let clock = from
  for (const event of events) {
    // What came before is read too, or the first messages after it could not be read.
    const texts = [...shown.show(event)]
    if (event.micros < from) {
      // A screen is what was drawn on it before.
      if (shown.drawsScreen) for (const text of texts) await run.printPaced(text)
      continue
    }
    const pause = speed === 0 ? 0 : (event.micros - clock) / 1_000 / speed
    clock = event.micros
    if (pause > 1) await run.cli.sleep(Math.min(pause, maxPauseMilliseconds), run.cli.signal)
    if (run.cli.signal.aborted) throw new CliError('interrupted', '')
    for (const text of texts) await run.printPaced(text)
  }
}
