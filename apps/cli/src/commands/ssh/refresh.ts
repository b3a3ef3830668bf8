import { join } from 'node:path'
import { loginFolder } from '../../config/stored-login'
import type { Run } from '../../run'
import {
  type CertificateState,
  certify,
  isDue,
  isListed,
  readCertificateState,
} from '../../ssh/certificate'
import { action, leaf, type Register } from '../command'

/** OpenSSH waits for this before each connection. */
const askMilliseconds = 5_000

export const sshRefresh: Register = (parent, cli) => {
  leaf(
    parent,
    'refresh',
    'Get another SSH certificate when the one at hand is about to end, or no longer counts.',
  )
    .option('--force', 'get one whatever is left of the other')
    .action(
      action(cli, async (run) => {
        const folder = join(loginFolder(cli), 'ssh')
        const state = readCertificateState(folder)
        const isWanted = run.options.flag('force') || isDue(state, cli.now())
        if (!isWanted && (await counts(run, state))) return
        const api = await run.api('ai-agent')
        const { expiresAt } = await certify(api, folder, state)
        if (run.json) run.printJson({ expiresAt })
        else run.note(`the certificate is good until ${expiresAt}`)
      }),
    )
}

/** A control plane that does not answer takes nothing away: the agent asks it again when the certificate is used. */
async function counts(run: Run, { serial }: CertificateState): Promise<boolean> {
  if (serial === undefined) return false
  const { cli } = run
  const signal = AbortSignal.any([cli.signal, AbortSignal.timeout(askMilliseconds)])
  try {
    return await isListed(await run.api('ai-agent', signal), serial)
  } catch (error) {
    if (cli.signal.aborted) throw error
    run.note(
      'could not ask whether the certificate still counts; it is kept until it is about to end',
    )
    return true
  }
}
