import { join } from 'node:path'
import { createApi } from '../../api/client'
import { loginFolder } from '../../config/stored-login'
import { certify, isDue, readCertificateState } from '../../ssh/certificate'
import { action, leaf, type Register } from '../command'

export const sshRefresh: Register = (parent, cli) => {
  leaf(parent, 'refresh', 'Get another SSH certificate when the one at hand is about to end.')
    .option('--force', 'get one whatever is left of the other')
    .action(
      action(cli, async (run) => {
        const folder = join(loginFolder(cli), 'ssh')
        const state = readCertificateState(folder)
        if (!run.options.flag('force') && !isDue(state, cli.now())) return
        const api = createApi(run.server().url, await run.token('ai-agent'), cli.signal)
        const { expiresAt } = await certify(api, folder, state)
        if (run.json) run.printJson({ expiresAt })
        else run.note(`the certificate is good until ${expiresAt}`)
      }),
    )
}
