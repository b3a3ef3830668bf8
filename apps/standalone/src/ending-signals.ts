/** Ctrl-C, a request to end, and a terminal that is closed: calls back each time instead of ending this process. */
export function onEndingSignal(listener: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener)
}
