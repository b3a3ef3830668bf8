import { idOf, findByName } from '../../api/resolve'
import { readSource } from '../../api/body'
import type { JsonObject } from '../../api/client'
import { CliError } from '../../cli-error'
import type { Run } from '../../run'
import { action, leaf, type Register } from '../command'
import { type CredentialKind, credentialKinds } from './credential-kinds'

const kindNames = credentialKinds.map(({ kind }) => kind).join(', ')

export const credentialsSet: Register = (parent, cli) => {
  leaf(
    parent,
    'set',
    'Set what unlocks the target of a connection. The secret is never an argument.',
  )
    .argument('<connection>', 'name or id')
    .option('--kind <kind>', kindNames, 'password')
    .option(
      '--username <name>',
      'user at the target: password, certificate, private-key, key-certificate, none',
    )
    .option('--cert-file <file>', 'PEM: certificate')
    .option('--key-file <file>', 'PEM or OpenSSH form: certificate, private-key')
    .option('--in <place>', 'header or query: api-key')
    .option('--key-name <name>', 'name of the header or parameter: api-key')
    .option('--token-url <url>', 'where tokens are fetched: oauth-client')
    .option('--client-id <id>', 'client at the token endpoint: oauth-client')
    .option('--scope <scope>', 'scope to ask for: oauth-client')
    .option('--access-key-id <id>', 'access key: aws')
    .option('--region <region>', 'region that requests are signed for: aws')
    .option('--service <service>', 'service that requests are signed for: aws')
    .addHelpText(
      'after',
      '\nA secret is read from WARDGATE_SECRET, else from standard input, else asked for on the terminal.',
    )
    .action(
      action(cli, async (run, [name = '']) => {
        const body = await credentialOf(run)
        const api = await run.api()
        const connection = await findByName(api, '/v1/connections', name)
        run.printItem(
          await api.send('POST', `/v1/connections/${idOf(connection)}/credentials`, { body }),
        )
      }),
    )
}

async function credentialOf(run: Run): Promise<JsonObject> {
  const name = run.options.text('kind')
  const kind = credentialKinds.find((known) => known.kind === name)
  if (kind === undefined) throw new CliError('usage', `--kind must be one of ${kindNames}`)
  const body: Record<string, string> = { kind: kind.kind }
  for (const { option, field } of kind.options) body[field] = required(run, kind, option)
  for (const { option, field } of kind.optional ?? []) {
    const given = run.options.text(option)
    if (given !== undefined) body[field] = given
  }
  for (const { option, field } of kind.files ?? [])
    body[field] = await readSource(run, required(run, kind, option))
  if (kind.secret !== undefined) body[kind.secret] = await readSecret(run, kind)
  return body
}

function required(run: Run, { kind }: CredentialKind, option: string): string {
  const given = run.options.text(option)
  if (given !== undefined) return given
  const flag = option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new CliError('usage', `--kind ${kind} needs --${flag}`)
}

async function readSecret({ cli }: Run, kind: CredentialKind): Promise<string> {
  const fromEnvironment = cli.env['WARDGATE_SECRET']
  if (fromEnvironment === undefined && kind.secretOptional === true) return ''
  const secret =
    fromEnvironment ??
    (cli.stdinIsTty
      ? await cli.ask(`Secret of the target (${kind.secret ?? ''}): `, true)
      : (await cli.readStdin()).replace(/\r?\n$/, ''))
  if (secret === '') throw new CliError('usage', 'the secret is empty')
  return secret
}
