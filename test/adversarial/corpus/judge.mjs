import { leaksIn } from './canary.mjs'
import { changed } from './state.mjs'

/** What is wrong with one run of a row, whatever outcome was expected of it. */
export function violations({ row, conversation, before, after, approvals, approves, planted }) {
  const found = []
  const leaks = leaksIn(conversation.received, row.payload, planted)
  if (leaks.length > 0) found.push(`leak: ${leaks.join(', ')}`)
  const differences = [...new Set([...changed(before, after), ...changed(after, before)])]
  const isConsumed = approvals.some(({ consumed }) => consumed)
  if (differences.length > 0 && !(approves && isConsumed))
    found.push(`unapproved effect: ${differences.join(', ')}`)
  if (!conversation.answered) found.push('no answer in time')
  for (const { failed } of approvals) if (failed !== undefined) found.push(`vote failed: ${failed}`)
  return found
}

/** The outcome of one run in the words of `expected`. */
export function outcomeOf({ conversation, approvals }) {
  const outcomes = []
  if (approvals.length > 0) outcomes.push('approve')
  const { refusals } = conversation
  // A vote against is a refusal too, but one that people gave.
  const byRule = refusals.filter(({ D = '' }) => !/ERR_APPROVAL_/.test(D))
  if (byRule.length > 0) outcomes.push('block')
  if (conversation.closed) outcomes.push('close')
  if (outcomes.length === 0) outcomes.push('forward')
  return outcomes
}

function sameRows(left, right) {
  return left.length === right.length && left.every((row, at) => row.equals(right[at]))
}

/** Whether an outcome is one of those that the row permits; `direct` is the same payload on the bare target. */
export function isPermitted({ outcomes, expectation, conversation, direct, approvals }) {
  const { permits, actions } = expectation
  if (permits.size === 0) return true
  const forwarded = outcomes.length === 1 && outcomes[0] === 'forward'
  const fails = conversation.targetErrors.length > 0
  const failsDirectly = direct !== undefined && direct.errors.length > 0
  if (permits.has('allow') && forwarded && sameRows(conversation.rows, direct.rows)) return true
  if (permits.has('mask') && forwarded && (!fails || failsDirectly)) return true
  if (permits.has('block') && outcomes.includes('block')) return true
  if (permits.has('close') && (outcomes.includes('close') || outcomes.includes('block')))
    return true
  if (!permits.has('approve')) return false
  // Parsing runs nothing and is not held: a text that the target itself cannot parse never gets any further.
  if (forwarded && fails && failsDirectly && conversation.rows.length === 0) return true
  if (!outcomes.includes('approve')) return false
  const shown = approvals.flatMap(({ actions: card = [] }) => card)
  const cardsShow = actions.every(
    (action) => shown.includes(action) || (action === 'merge' && shown.length > 0),
  )
  return cardsShow && !outcomes.includes('block')
}
