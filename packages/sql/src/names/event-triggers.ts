import { runUnseen } from '../functions/routines'
import type { Work } from '../lineage/work'

/** Statements that define things run the functions of event triggers. */
export function noteEventTriggers(work: Work): void {
  for (const { event, routineId } of work.index.catalog.eventTriggers ?? [])
    runUnseen(work, [routineId], `an event trigger on ${event}`)
}
