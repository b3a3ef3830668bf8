import { Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'

/**
 * Loaded before each program that the runner starts. The runner holds the other end of this descriptor and never writes: the system
 * closes it however the runner ends, also before anybody could write down that this process runs.
 */
const descriptor = 3
const stopLimitMillis = 15_000

function end(): void {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), stopLimitMillis).unref()
}

// Threads load it too.
if (isMainThread)
  new Socket({ fd: descriptor, readable: true, writable: false })
    .on('error', () => undefined)
    .once('close', end)
    .resume()
    .unref()
