#!/usr/bin/env node
import { processCli } from './cli'
import { exitCodes } from './exit-codes'
import { runCli } from './main-cli'

const interruption = new AbortController()
process.once('SIGINT', () => {
  interruption.abort()
  // The second Ctrl-C does not wait for anything.
  process.once('SIGINT', () => process.exit(exitCodes.interrupted.code))
})
// `wardgate … | head` ends the pipe early; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCodes.ok.code : exitCodes.unavailable.code)
})

void runCli(process.argv.slice(2), processCli(interruption.signal)).then((code) => {
  process.exitCode = code
})
