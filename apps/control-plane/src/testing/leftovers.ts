type Stop = () => Promise<void>

const leftovers = new Set<Stop>()

/** Stops once, and at the end of the spec file when nobody did: a set-up that fails half way leaves nothing running. */
export function stoppedAtTheEnd(stop: Stop): Stop {
  let stopped: Promise<void> | undefined
  const once = (): Promise<void> => {
    leftovers.delete(once)
    stopped ??= stop()
    return stopped
  }
  leftovers.add(once)
  return once
}

export async function stopLeftovers(): Promise<void> {
  // The last one started uses those before it.
  for (const stop of [...leftovers].reverse()) await stop()
}
