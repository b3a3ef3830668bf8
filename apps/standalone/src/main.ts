import { toGatewayError } from '@wardgate/errors'
import { rmSync } from 'node:fs'
import { claimHome } from './claim-home'
import { haveDatabases } from './databases'
import { descriptorFile } from './descriptor'
import { onEndingSignal } from './ending-signals'
import { requireFreePorts } from './free-ports'
import { makeHome, requireRoom } from './home'
import { Instance } from './instance'
import type { Reporter } from './parts'
import { notePortBase, requirePortBase } from './port-base'
import { Ledger, runnerName } from './processes/ledger'
import { screen } from './screen'
import { readSettings, type Settings } from './settings'
import { stay, type Told } from './told'

const startedAt = Date.now()

const reporter: Reporter = {
  progress: (step) => {
    const line = `[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${step}`
    console.log(line)
    tell({ kind: 'progress', line })
  },
  event: (line) => console.log(line),
}

function tell(told: Told): void {
  // Whoever started us may be gone already.
  if (process.connected) process.send?.(told, undefined, undefined, () => undefined)
}

/** Calls back once: by a signal, or when the one who started us goes without a word. */
function onEnd(end: () => void): void {
  onEndingSignal(end)
  process.on('message', (word) => {
    if (word === stay) process.off('disconnect', end)
  })
  process.on('disconnect', end)
}

async function main(settings: Settings): Promise<void> {
  // A terminal or pipe that is gone must not take everything with it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const ending = new AbortController()
  onEnd(() => ending.abort())
  makeHome(settings.home)
  requirePortBase(settings)
  requireRoom(settings.home, !haveDatabases(settings))
  const ledger = new Ledger(settings.home)
  const release = await claimHome(settings.home, ledger, reporter.progress)
  ledger.add({ name: runnerName, pid: process.pid, marker: __filename })
  rmSync(descriptorFile(settings), { force: true })
  const code = await runInstance(settings, ledger, ending.signal)
  rmSync(descriptorFile(settings), { force: true })
  release()
  process.exit(code)
}

/** Until the signal; the code to exit with. */
async function runInstance(
  settings: Settings,
  ledger: Ledger,
  ending: AbortSignal,
): Promise<number> {
  const instance = new Instance(settings, ledger, reporter)
  const ended = aborted(ending)
  let code = 0
  try {
    // A start that still goes on when all of it is stopped rejects, and nobody is interested any more.
    await Promise.race([begin(instance, settings), ended])
    await ended
  } catch (error) {
    code = ending.aborted ? 0 : 1
    if (code !== 0) explain(error)
  }
  if (code === 0) reporter.progress('stopping')
  ledger.noteEnding()
  await instance.stop()
  return code
}

async function begin(instance: Instance, settings: Settings): Promise<void> {
  await requireFreePorts(settings)
  notePortBase(settings)
  const descriptor = await instance.start()
  reporter.progress('ready')
  const lines = screen(settings, descriptor)
  console.log(lines)
  tell({ kind: 'ready', line: lines })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function explain(caught: unknown): void {
  const error = toGatewayError(caught)
  const cause = error.code === 'ERR_INTERNAL' && error.cause instanceof Error ? error.cause : error
  console.error(`\nWardgate cannot start: ${cause.message}`)
  if (error.nextStep !== undefined) console.error(`  ${error.nextStep}`)
}

try {
  void main(readSettings(process.env)).catch((error: unknown) => {
    explain(error)
    process.exit(1)
  })
} catch (error) {
  explain(error)
  process.exit(1)
}
