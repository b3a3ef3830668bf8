import type { Clock, Timers } from './ports'

// A longer setTimeout overflows to 1 ms, which would end sessions at once.
const longestTimeout = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  micros: () => performance.now() * 1000,
}

export const systemTimers: Timers = {
  after(millis, run) {
    let timer: NodeJS.Timeout
    let left = millis
    const start = () => {
      const part = Math.min(left, longestTimeout)
      left -= part
      timer = setTimeout(left > 0 ? start : run, part)
      timer.unref()
    }
    start()
    return () => clearTimeout(timer)
  },
}
