import type { Work } from '../commands/work'
import type { Argument } from '../words/argument'

/** One run of a program, by the name it goes by, without its directory. */
export interface ProgramRun {
  readonly name: string
  readonly args: readonly Argument[]
  /** What its standard input holds, when that is known. */
  readonly input?: string
}

/** Adds what a run of the program does beyond being run. */
export type ReadProgram = (run: ProgramRun, work: Work) => void

export type ProgramTable = Readonly<Record<string, ReadProgram>>

/** The same reading for several names, separated by spaces. */
export function each(names: string, read: ReadProgram): ProgramTable {
  return Object.fromEntries(names.split(' ').map((name) => [name, read]))
}
