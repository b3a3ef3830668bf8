import { idOf, findByName } from '../../api/resolve'
import { readSource } from '../../api/body'
import type { JsonObject } from '../../api/client'
import { CliError } from '../../cli-error'
import type { Run } from '../../run'
import { action, leaf, type Register } from '../command'

export const credentialsSet: Register = (parent, cli) => {
  leaf(
    parent,
    'set',
    'Set what unlocks the target of a connection. The secret is never an argument.',
  )
    .argument('<connection>', 'name or id')
    .requiredOption('--username <name>', 'user at the target')
    .option('--kind <kind>', 'password, certificate or none', 'password')
    .option('--cert-file <file>', 'PEM, for kind certificate')
    .option('--key-file <file>', 'PEM, for kind certificate')
    .addHelpText(
      'after',
      '\nA password is read from WARDGATE_SECRET, else from standard input, else asked for on the terminal.',
    )
    .action(
      action(cli, async (run, [name = '']) => {
        const api = await run.api()
        const connection = await findByName(api, '/v1/connections', name)
        const body = await credentialOf(run)
        run.printItem(
          await api.send('POST', `/v1/connections/${idOf(connection)}/credentials`, { body }),
        )
      }),
    )
}

async function credentialOf(run: Run): Promise<JsonObject> {
  const username = run.options.text('username')
  const kind = run.options.text('kind')
  if (kind === 'none') return { kind, username }
  if (kind === 'password') return { kind, username, password: await readSecret(run) }
  const certFile = run.options.text('certFile')
  const keyFile = run.options.text('keyFile')
  if (kind !== 'certificate' || certFile === undefined || keyFile === undefined)
    throw new CliError(
      'usage',
      '--kind is password, none, or certificate with --cert-file and --key-file',
    )
  return {
    kind,
    username,
    cert: await readSource(run, certFile),
    key: await readSource(run, keyFile),
  }
}

async function readSecret({ cli }: Run): Promise<string> {
  const fromEnvironment = cli.env['WARDGATE_SECRET']
  const secret =
    fromEnvironment ??
    (cli.stdinIsTty
      ? await cli.ask('Password of the target: ', true)
      : (await cli.readStdin()).replace(/\r?\n$/, ''))
  if (secret === '') throw new CliError('usage', 'the password is empty')
  return secret
}
