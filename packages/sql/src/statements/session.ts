import { act, opaque, type Work } from '../lineage/work'
import { child, integerConstant, list, text, unwrap, type Tree } from '../tree'

/** Statements that change or show the session itself. */
export function evaluateSet(body: Tree, work: Work): void {
  const name = text(body, 'name').toLowerCase()
  const kind = text(body, 'kind')
  if (kind === 'VAR_RESET_ALL') act(work, 'set', 'setting:*')
  else act(work, 'set', `setting:${name === '' ? '*' : name}`)
  // SET TRANSACTION and SET SESSION CHARACTERISTICS AS TRANSACTION.
  if (kind === 'VAR_SET_MULTI')
    for (const option of list(body, 'args')) noteOption(unwrap(option).body, work)
}

const transactionLabels: Readonly<Record<string, string>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_ROLLBACK: 'rollback',
  TRANS_STMT_SAVEPOINT: 'savepoint',
  TRANS_STMT_RELEASE: 'release',
  TRANS_STMT_ROLLBACK_TO: 'rollback to',
  TRANS_STMT_PREPARE: 'prepare transaction',
  TRANS_STMT_COMMIT_PREPARED: 'commit prepared',
  TRANS_STMT_ROLLBACK_PREPARED: 'rollback prepared',
}

/** Two-phase commit separates what was decided from when it happens, so it is administration. */
export function evaluateTransaction(body: Tree, work: Work): string {
  const label = transactionLabels[text(body, 'kind')]
  if (label === undefined) {
    opaque(work, 'transaction statement is not known')
    return 'transaction'
  }
  if (label.includes('prepare')) act(work, 'admin', 'transaction:prepared')
  else act(work, 'transaction', `transaction:${label.replace(' ', '-')}`)
  for (const option of list(body, 'options')) noteOption(unwrap(option).body, work)
  return label
}

function noteOption(option: Tree, work: Work): void {
  const name = text(option, 'defname')
  if (name !== 'transaction_read_only') return
  const argument = child(option, 'arg')
  const isReadOnly = argument !== undefined && integerConstant(argument) === 1
  act(work, 'transaction', isReadOnly ? 'transaction:read-only' : 'transaction:read-write')
  work.facts.literalsMatter = true
}

export function evaluateDiscard(body: Tree, work: Work): void {
  const target = text(body, 'target')
  if (target === 'DISCARD_ALL') act(work, 'set', 'setting:*')
  else act(work, 'transaction', `session:${target.replace('DISCARD_', '').toLowerCase()}`)
}

export function evaluateNotification(kind: string, body: Tree, work: Work): void {
  const action = kind === 'NotifyStmt' ? 'notify' : 'listen'
  act(work, action, `channel:${text(body, 'conditionname') || '*'}`)
}
