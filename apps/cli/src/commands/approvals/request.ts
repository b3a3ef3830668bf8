import { objects, textOf, type Api, type JsonObject } from '../../api/client'
import { segment } from '../../api/resolve'
import { CliError } from '../../cli-error'
import { member } from '../../config/standalone'
import { riskText, ruleName } from '../../output/decision'
import { renderDetails } from '../../output/details'
import { escapeText } from '../../output/escape'
import { renderFullStatement, renderStatement } from '../../output/statement'
import { plainText } from '../../output/table'
import type { Run } from '../../run'

export function requestPath(id: string): string {
  return `/v1/approval-requests/${segment(id)}`
}

export async function readRequest(api: Api, id: string): Promise<JsonObject> {
  return api.get(requestPath(id))
}

/** Everything an approver decides on, with the statement exactly as it will run. */
export function renderRequest(request: JsonObject, full: boolean): string {
  const text = textOf(request, 'text')
  const details = renderDetails([
    ['Request', request['id']],
    ['State', request['state']],
    ['Summary', request['summary']],
    ['Connection', request['connection']],
    ['Database', request['database']],
    ['Requested by', personOf(request['requester'])],
    ['Owned by', request['requesterOwner'] ?? request['owner']],
    ['Dates read as', stylesText(request['facts'])],
    ['Risk', riskText(request['risk'])],
    ['Rules', objects(request['rules']).map(ruleName)],
    ['Approvers', request['approvers']],
    ['Quorum', request['quorum']],
    ['Votes', objects(request['votes']).map(voteText)],
    ['Expires', request['expiresAt']],
    ['Digest', request['digest']],
    ['Claimed', claimedText(request['claimed'])],
    [
      'You may vote',
      request['mayVote'] === false ? `no: ${textOf(request, 'mayNotVoteBecause')}` : 'yes',
    ],
  ])
  const render = full ? renderFullStatement : renderStatement
  const named = namedText(request['facts'], render)
  const parameters = parametersText(request['parameters'], full)
  return `${details}\nStatement, exactly as it will run:\n${render(text)}${named}${parameters}`
}

function personOf(value: unknown): string {
  return typeof value === 'string' ? value : textOf(value, 'name') || plainText(value)
}

function voteText(vote: JsonObject): string {
  const word = vote['approve'] === true ? 'approved' : 'rejected'
  return `${personOf(vote['principal'])} ${word} ${textOf(vote, 'reason')}`.trim()
}

/** The client says this of itself; it is shown as that and no more. */
function claimedText(claimed: unknown): string {
  if (typeof claimed !== 'object' || claimed === null) return ''
  const lines = Object.entries(claimed).map(
    ([name, value]) => `${escapeText(name)} = ${escapeText(plainText(value))}`,
  )
  return lines.length === 0 ? '' : `(not verified)\n${lines.join('\n')}`
}

const shownParameter = 500

function parametersText(parameters: unknown, full: boolean): string {
  if (!Array.isArray(parameters) || parameters.length === 0) return ''
  const lines = (parameters as unknown[]).map((parameter, at) => {
    const value =
      typeof parameter === 'object' && parameter !== null ? member(parameter, 'value') : parameter
    const text = value === null || value === undefined ? 'NULL' : plainText(value)
    const shown = escapeText(text)
    const cut =
      shown.length > shownParameter && !full
        ? `${shown.slice(0, shownParameter)}… (${shown.length} characters, CUT; read them with --full)`
        : shown
    return `  $${at + 1} = ${cut}${cutFromText(parameter)}\n`
  })
  return `Parameters:\n${lines.join('')}`
}

function cutFromText(parameter: unknown): string {
  const bytes = member(parameter, 'cutFrom')
  return typeof bytes === 'number' ? ` (NOT shown whole: it has ${bytes} bytes)` : ''
}

/** The same text means another day in another style. */
function stylesText(facts: unknown): string {
  const styles = member(facts, 'styles')
  const names = ['dateStyle', 'intervalStyle', 'timeZone']
  return names
    .map((name) => textOf(styles, name))
    .filter((text) => text !== '')
    .join('; ')
}

/** EXECUTE and WHERE CURRENT OF say only a name: what it stands for is what is decided on. */
function namedText(facts: unknown, render: (text: string) => string): string {
  return objects(member(facts, 'named'))
    .map((one) => `${escapeText(textOf(one, 'name'))} stands for:\n${render(textOf(one, 'text'))}`)
    .join('')
    .concat(cursorsText(facts))
}

/** An approver knows the query that a cursor goes through, not at which of its rows it stands. */
function cursorsText(facts: unknown): string {
  const cursors = member(member(facts, 'detail'), 'sql.cursors')
  if (!Array.isArray(cursors) || cursors.length === 0) return ''
  const names = (cursors as unknown[]).map((name) => escapeText(plainText(name))).join(', ')
  return `Row of cursor ${names}: NOT known here. It is the one at which the cursor stands when this runs, of those that its query gives.\n`
}

/** The digest to vote on: of what was shown, and equal to the one that a script expects. */
export function votedDigest(run: Run, request: JsonObject): string {
  const digest = textOf(request, 'digest')
  const expected = run.options.text('digest')
  if (expected === undefined || expected === digest) return digest
  throw new CliError(
    'rejected',
    `the request's digest is ${digest}, not ${expected}`,
    'Read the request again: it is not the one that was decided on.',
  )
}

/** People see what they decide on and confirm it; a script has said so by running the command. */
export async function confirm(run: Run, request: JsonObject, verb: string): Promise<void> {
  if (run.json || run.options.flag('yes') || !run.cli.stdinIsTty) return
  run.cli.err(`${renderRequest(request, false)}\n`)
  const answer = await run.cli.ask(`Type "yes" to ${verb} exactly this: `, false)
  if (answer.trim() !== 'yes') throw new CliError('no', 'nothing was decided')
}
