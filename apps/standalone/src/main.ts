import { toGatewayError } from '@wardgate/errors'
import { rmSync } from 'node:fs'
import { descriptorFile } from './descriptor'
import type { Told } from './detach'
import { requireFreePorts } from './free-ports'
import { makeHome } from './home'
import { Instance } from './instance'
import type { Reporter } from './parts'
import { end, Ledger } from './processes/ledger'
import { screen } from './screen'
import { readSettings, type Settings } from './settings'

const startedAt = Date.now()

const reporter: Reporter = {
  progress: (step) => {
    const line = `[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${step}`
    console.log(line)
    if (process.connected) process.send?.({ kind: 'progress', line } satisfies Told)
  },
  event: (line) => console.log(line),
}

async function endLeftovers(ledger: Ledger): Promise<void> {
  const leftovers = ledger.leftovers()
  const runner = leftovers.find(({ name }) => name === 'standalone')
  if (runner) {
    throw new Error(`it runs already (process ${runner.pid}); npm run stop ends it`)
  }
  if (leftovers.length > 0)
    reporter.progress(
      `ending what an earlier run left: ${leftovers.map(({ name }) => name).join(', ')}`,
    )
  await Promise.all(leftovers.map(end))
}

async function main(settings: Settings): Promise<void> {
  makeHome(settings.home)
  const ledger = new Ledger(settings.home)
  await endLeftovers(ledger)
  ledger.add({ name: 'standalone', pid: process.pid, marker: __filename })
  rmSync(descriptorFile(settings), { force: true })
  const instance = new Instance(settings, ledger, reporter)
  let stopping: Promise<void> | undefined
  const stop = (code: number): void => {
    stopping ??= instance.stop().finally(() => {
      rmSync(descriptorFile(settings), { force: true })
      process.exit(code)
    })
  }
  process.on('SIGINT', () => stop(0))
  process.on('SIGTERM', () => stop(0))
  try {
    await requireFreePorts(settings)
    const descriptor = await instance.start()
    reporter.progress('ready')
    const lines = screen(settings, descriptor)
    console.log(lines)
    process.send?.({ kind: 'ready', line: lines } satisfies Told)
    // The one who started us may leave now.
    process.channel?.unref()
  } catch (error) {
    explain(error)
    stop(1)
  }
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
