import { segment } from '../../api/resolve'
import { certificatesOf } from '../../ssh/principal'
import { action, leaf, type Register } from '../command'

export const sshRevoke: Register = (parent, cli) => {
  leaf(parent, 'revoke', 'Revoke an SSH certificate: it lets nobody in, and its sessions end.')
    .argument('<serial>', 'its serial number')
    .option('--principal <principal>', 'name or id of whom it was issued to, else you')
    .action(
      action(cli, async (run, [serial = '']) => {
        const { api, path } = await certificatesOf(run)
        await api.send('DELETE', `${path}/${segment(serial)}`)
        if (run.json) run.printJson({ serial })
        else run.note(`Revoked the certificate ${serial}.`)
      }),
    )
}
