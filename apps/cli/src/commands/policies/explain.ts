import { objects, textOf, type JsonObject } from '../../api/client'
import { CliError } from '../../cli-error'
import { member } from '../../config/standalone'
import { riskText, ruleName } from '../../output/decision'
import { renderDetails } from '../../output/details'
import { escapeText } from '../../output/escape'
import { maskingText } from '../../output/masking'
import { plainText, renderTable } from '../../output/table'
import { column } from '../../run'
import { action, collect, leaf, type Register } from '../command'

export const policiesExplain: Register = (parent, cli) => {
  leaf(
    parent,
    'explain',
    'Read an operation from standard input and show what would be decided, and why.',
  )
    .requiredOption('--connection <name>', 'connection that it would run on')
    .option(
      '--as <principal>',
      'who asks: an id, group:NAME, ISSUER|SUBJECT, or a subject that one issuer alone knows; yourself when absent',
    )
    .option('--database <name>', "database, else the connection's own")
    .option(
      '--kind <kind>',
      "statement, command, file, forward, request, message, tool-call or replication; what the connection's protocol is used for when absent",
    )
    .option('--terminal', 'the command has a terminal')
    .option('--parameter <value>', 'bound parameter as text; may be given several times', collect)
    .action(
      action(cli, async (run) => {
        const { options } = run
        const text = (await cli.readStdin()).replace(/\r?\n$/, '')
        const kind = options.text('kind')
        if (text.trim() === '' && kind !== 'command')
          throw new CliError(
            'usage',
            'standard input is empty',
            'echo "DELETE FROM orders" | wardgate policies explain …',
          )
        const principal = options.text('as')
        const database = options.text('database')
        const parameters = options.list('parameter')
        const answer = await (
          await run.api()
        ).send('POST', '/v1/policies/explain', {
          body: {
            connection: options.text('connection'),
            ...(principal !== undefined && { principal }),
            ...(database !== undefined && { database }),
            operation: {
              text,
              ...(kind !== undefined && { kind }),
              ...(options.flag('terminal') && { terminal: true }),
              ...(parameters.length > 0 && { parameters }),
            },
          },
        })
        if (run.json) run.printJson(answer)
        else run.print(renderExplanation(answer))
      }),
    )
}

function renderExplanation(answer: JsonObject): string {
  const { facts, verdict } = answer
  const consulted = objects(answer['consulted'] ?? member(verdict, 'consulted'))
  const details = renderDetails([
    ['Verdict', member(verdict, 'kind')],
    ['Because', member(verdict, 'message')],
    ['Decided by', objects(member(verdict, 'determinedBy')).map(ruleName)],
    [
      'Does',
      objects(member(facts, 'actions'))
        .map((fact) => `${textOf(fact, 'action')} on ${textOf(fact, 'resource')}`)
        .join('\n'),
    ],
    ['Opaque', member(facts, 'opaque')],
    ['Risk', riskText(member(facts, 'risk'))],
    ['Detail', detailText(member(facts, 'detail'))],
    ['Approval', approvalText(member(verdict, 'approval'))],
    ['Masks', maskingText(answer['masking'])],
    ['Holds for', answer['memo'] ?? member(verdict, 'memo')],
  ])
  const rules = renderTable(consulted, [
    { title: 'RULE', value: ruleName },
    { title: 'MATCHED', value: ({ matched }) => (matched === true ? 'yes' : 'no') },
    column('why', 'why', 120),
  ])
  return `${details}\n${rules}`
}

function detailText(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return ''
  return Object.entries(detail)
    .map(([name, value]) => `${escapeText(name)} = ${escapeText(plainText(value))}`)
    .join('\n')
}

function approvalText(approval: unknown): string {
  if (typeof approval !== 'object' || approval === null) return ''
  return [
    `${plainText(member(approval, 'quorum'))} of ${plainText(member(approval, 'approvers'))}`,
    `within ${plainText(member(approval, 'expiresInSeconds'))} s`,
    `call held for ${plainText(member(approval, 'holdSeconds'))} s`,
  ].join(', ')
}
