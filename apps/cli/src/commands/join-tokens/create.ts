import { textOf } from '../../api/client'
import { action, collect, leaf, type Register } from '../command'

export const joinTokensCreate: Register = (parent, cli) => {
  leaf(parent, 'create', 'Make a token that one new agent joins with. It is shown once.')
    .argument('<agent>', 'name that the agent will have')
    .option('--connection <name>', 'connection that it serves; may be given several times', collect)
    .option('--expires-in <seconds>', 'life of the token')
    .action(
      action(cli, async (run, [agentName = '']) => {
        const seconds = run.options.number('expiresIn', { least: 1, most: 30 * 86_400 })
        const answer = await (
          await run.api()
        ).send('POST', '/v1/join-tokens', {
          body: {
            agentName,
            connections: run.options.list('connection'),
            ...(seconds !== undefined && { expiresInSeconds: seconds }),
          },
        })
        if (run.json) {
          run.printJson(answer)
          return
        }
        run.note(`Valid until ${textOf(answer, 'expiresAt')}, for the agent ${agentName} only:`)
        run.print(`${textOf(answer, 'token')}\n`)
      }),
    )
}
