import type { RecordingEvent } from '@wardgate/recording'
import { CliError } from '../cli-error'
import { HttpReplay } from './http'
import { PostgresReplay } from './postgres'
import { TerminalReplay } from './terminal'

/** Shows the events of one session, in their order. */
export interface Replay {
  /** Whether what was shown before an event is a part of what is seen at it. */
  readonly drawsScreen: boolean
  show(event: RecordingEvent): Iterable<string>
}

const replays: ReadonlyMap<string, () => Replay> = new Map<string, () => Replay>([
  ['http', () => new HttpReplay()],
  ['postgres', () => new PostgresReplay()],
  ['ssh', () => new TerminalReplay()],
])

export function replayOf(protocol: string): Replay {
  const create = replays.get(protocol)
  if (create === undefined)
    throw new CliError(
      'no',
      `recordings of ${protocol} cannot be shown as text here`,
      'Use --json for the bytes.',
    )
  return create()
}
