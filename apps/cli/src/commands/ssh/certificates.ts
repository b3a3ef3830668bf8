import { column } from '../../run'
import { certificatesOf } from '../../ssh/principal'
import { action, leaf, limitOf, withLimit, type Register } from '../command'

export const sshCertificates: Register = (parent, cli) => {
  withLimit(leaf(parent, 'certificates', 'List SSH certificates that let somebody in.'))
    .option('--principal <principal>', 'name or id of whom they were issued to, else your own')
    .action(
      action(cli, async (run) => {
        const { api, path } = await certificatesOf(run)
        run.printItems(await api.list(path, {}, limitOf(run)), [
          column('serial', 'serial', 20),
          column('connections'),
          column('expires', 'expiresAt'),
          column('key', 'fingerprint', 50),
        ])
      }),
    )
}
