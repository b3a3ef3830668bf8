import { createApi, textOf } from '../../api/client'
import { CliError } from '../../cli-error'
import { action, leaf, type Register } from '../command'

export const tokenExchange: Register = (parent, cli) => {
  leaf(
    parent,
    'exchange',
    'Exchange the token for a short one that fits one connection (RFC 8693).',
  )
    .requiredOption('--connection <name>', 'connection that the new token is for')
    .action(
      action(cli, async (run) => {
        const subject = await run.token('ai-agent')
        const answer = await createApi(run.server().url, '', cli.signal).send('POST', '/v1/token', {
          form: {
            grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
            subject_token: subject,
            subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
            audience: `connection:${run.options.text('connection') ?? ''}`,
          },
        })
        const token = textOf(answer, 'access_token')
        if (token === '') throw new CliError('unavailable', 'the answer holds no token')
        if (run.json) run.printJson(answer)
        else run.print(`${token}\n`)
      }),
    )
}
