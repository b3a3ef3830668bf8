import { TargetError } from '@wardgate/errors'
import type { CommandOperation, Permit } from '@wardgate/gateway'
import type { Client, ClientChannel, PseudoTtyInfo } from 'ssh2'
import { exitRefused } from '../errors'

/** How something at the target ended. `code` undefined = by the signal, or it is not known. */
export interface Ending {
  readonly code: number | undefined
  readonly signal: string | undefined
  readonly coreDumped: boolean
}

export interface RunningCommand {
  readonly stream: ClientChannel
  readonly ending: Promise<Ending>
}

/** Starts what was decided at the target. Takes the permit: there is no other way to run something there. */
export function openCommand(
  upstream: Client,
  operation: CommandOperation,
  terminal: PseudoTtyInfo | undefined,
  _permit: Permit,
): Promise<RunningCommand> {
  const { shape, environment, directory } = operation
  const text = commandLine(operation)
  // Those of a line are a part of it: servers take few by request.
  const env = directory === undefined ? variablesOf(environment) : {}
  const window = terminal === undefined ? false : windowOf(terminal)
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, stream: ClientChannel) => {
      if (error !== undefined) return reject(notOpened(error))
      resolve({ stream, ending: endingOf(stream) })
    }
    try {
      if (shape === 'shell') upstream.shell(window, { env }, opened)
      else upstream.exec(text, { env, ...(window === false ? {} : { pty: window }) }, opened)
    } catch (error) {
      reject(notOpened(error))
    }
  })
}

/** What the target's shell reads: directory and variables of a line, and then the line. */
export function commandLine({ text, environment, directory }: CommandOperation): string {
  if (directory === undefined) return text
  const move = directory === '' ? [] : [`cd -- ${quoted(directory)} || exit ${exitRefused}`]
  const exports = environment.map(({ name, value }) => `export ${name}=${quoted(value)}`)
  return [...move, ...exports, text].join('\n')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function variablesOf(environment: CommandOperation['environment']): Record<string, string> {
  return Object.fromEntries(environment.map(({ name, value }) => [name, value]))
}

export function notOpened(cause: unknown): TargetError {
  const why = cause instanceof Error ? cause.message : 'no reason given'
  return new TargetError('ERR_TARGET_LOST', `the target opens no channel: ${why}`, { cause })
}

/** Listens from the first moment: a short command's exit may be in the same packet as its start. */
function endingOf(stream: ClientChannel): Promise<Ending> {
  let ending: Ending = { code: undefined, signal: undefined, coreDumped: false }
  stream.on('exit', (code: number | null, signal?: string, dump?: string) => {
    ending = { code: code ?? undefined, signal, coreDumped: dump !== undefined && dump !== '' }
  })
  return new Promise((resolve) => stream.once('close', () => resolve(ending)))
}

/** Terminal modes are passed on as far as the library knows them. */
function windowOf({ term, cols, rows, width, height, modes }: PseudoTtyInfo) {
  return { term, cols, rows, width, height, modes }
}
