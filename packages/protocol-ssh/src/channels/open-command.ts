import { TargetError } from '@wardgate/errors'
import type { CommandOperation, Permit } from '@wardgate/gateway'
import type { Client, ClientChannel, PseudoTtyInfo } from 'ssh2'

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
  { shape, text, environment }: CommandOperation,
  terminal: PseudoTtyInfo | undefined,
  _permit: Permit,
): Promise<RunningCommand> {
  const env = Object.fromEntries(environment.map(({ name, value }) => [name, value]))
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
