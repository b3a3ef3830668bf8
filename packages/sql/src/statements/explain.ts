import { child, integer, isTree, list, text, unwrap, type Tree } from '../tree'

function isOn(option: Tree): boolean {
  const argument = child(option, 'arg')
  if (argument === undefined || !isTree(argument)) return true
  const { kind, body } = unwrap(argument)
  if (kind === 'Integer') return integer(body, 'ival') !== 0
  if (kind === 'Boolean') return body['boolval'] === true
  const word = text(body, 'sval').toLowerCase()
  return !['off', 'false', '0', 'no'].includes(word)
}

/** Whether EXPLAIN runs its statement. Any doubtful spelling counts as running. */
export function runsStatement(body: Tree): boolean {
  return list(body, 'options')
    .map((option) => unwrap(option).body)
    .some((option) => text(option, 'defname') === 'analyze' && isOn(option))
}
