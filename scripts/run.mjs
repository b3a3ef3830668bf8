// Runs a command to its end.
import { spawn } from 'node:child_process'
import { root } from './root.mjs'

/** Ctrl-C, a request to end, and a terminal that is closed. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Resolves with its exit code. What interrupts this process is passed on to it, and once it has ended it interrupts this one, unless
 * somebody listens for that. With `limitMillis` it is killed then. Then, or with `isGroup`, all that it started is interrupted or
 * killed with it. `read` gets what it writes into pipes.
 */
export function run(command, args, { limitMillis, read, isGroup, ...options } = {}) {
  return new Promise((done) => {
    const detached = isGroup ?? limitMillis !== undefined
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', detached, ...options })
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', read)
    let interruption
    const pass = (signal) => {
      interruption = signal
      send(child, signal, detached)
    }
    for (const signal of endingSignals) process.on(signal, pass)
    const timer =
      limitMillis &&
      setTimeout(() => {
        console.error(`${args.at(0) ?? command} did not end within ${limitMillis / 60_000} minutes`)
        send(child, 'SIGKILL', detached)
      }, limitMillis)
    const settle = (code) => {
      clearTimeout(timer)
      for (const signal of endingSignals) process.off(signal, pass)
      // Not when the command took it for a request to end well.
      if (interruption !== undefined && code !== 0) process.kill(process.pid, interruption)
      done(code)
    }
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`)
      settle(127)
    })
    child.once('close', (code, signal) => settle(signal ? 1 : (code ?? 1)))
  })
}

function send(child, signal, isGroup) {
  try {
    if (isGroup) process.kill(-child.pid, signal)
    else child.kill(signal)
  } catch {
    // It has ended.
  }
}
