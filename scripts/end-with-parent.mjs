// npm may be killed without a word to what it runs.
const intervalMillis = 250

/** Ends this process as a signal would, once the npm that runs it is gone. */
export function endWithParent() {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, intervalMillis)
  watch.unref()
}
