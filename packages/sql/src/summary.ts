import type { ActionName } from '@wardgate/policy'
import { gather } from './gather'
import type { FactNotes } from './lineage/work'
import { statementKinds } from './statements/kinds'

/** What changes something, strongest first: what is held is read before what it stands in. */
const effects: readonly ActionName[] = [
  'drop',
  'truncate',
  'grant',
  'admin',
  'replicate',
  'delete',
  'update',
  'insert',
  'write',
  'create',
  'alter',
  'call',
  'execute',
  'set',
  'notify',
  'lock',
]

const maxNames = 5

function listed(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).join(', ')
  return names.length > maxNames ? `${shown} and ${names.length - maxNames} more` : shown
}

/** Whether the name of the statement says the effect already, as VACUUM says that it administers. */
function says(label: string, action: ActionName): boolean {
  if (label === action || label.startsWith(`${action} `)) return true
  return Object.values(statementKinds).some(
    (kind) => kind.label === label && kind.action === action,
  )
}

/** Tables and functions by name; of others the kind only, since a setting or channel may be named by a constant. */
function objectsOf(action: ActionName, facts: FactNotes, isSaid: boolean): readonly string[] {
  const names = new Set<string>()
  const kinds = new Set<string>()
  for (const [key, found] of facts.actions) {
    if (found.action !== action || facts.kin.has(key)) continue
    const [kind = '', ...rest] = found.resource.split(':')
    const name = rest.join(':')
    if ((kind === 'table' || kind === 'function') && name !== '*') names.add(name)
    else if (!isSaid) kinds.add(kind)
  }
  return names.size > 0 ? [...names] : [...kinds]
}

interface Effect {
  readonly verbs: readonly string[]
  readonly objects: readonly string[]
}

function effectOf(action: ActionName, labels: readonly string[], facts: FactNotes): Effect {
  const saying = labels.filter((label) => says(label, action))
  const objects = objectsOf(action, facts, saying.length > 0)
  return { verbs: saying.length > 0 ? saying : [action], objects }
}

function written(found: readonly Effect[]): string {
  const groups = new Map<string, Set<string>>()
  for (const { verbs, objects } of found) {
    const on = objects.length === 0 ? '' : ` on ${listed(objects)}`
    const group = groups.get(on) ?? new Set<string>()
    for (const verb of verbs) group.add(verb.toUpperCase())
    groups.set(on, group)
  }
  return [...groups].map(([on, verbs]) => `${[...verbs].join(', ')}${on}`).join(', ')
}

/**
 * One line for people, built from kinds and resolved names only: `DELETE on public.orders (in SELECT), reading
 * public.customers`. The strongest effect leads, so that no statement hides what it is held for.
 */
export function summarize(statements: readonly string[], facts: FactNotes): string {
  const labels = [...new Set(statements)]
  const done = new Set([...facts.actions.values()].map(({ action }) => action))
  const found = effects
    .filter((action) => done.has(action))
    .map((action) => effectOf(action, labels, facts))
  const named = new Set(gather(found, ({ objects }) => objects))
  const around = labels.filter((label) => !found.some(({ verbs }) => verbs.includes(label)))
  const upper = around.map((label) => label.toUpperCase()).join(', ')
  const tables = listed([...facts.tables].filter((name) => !named.has(name)))
  const functions = listed([...facts.functions].filter((name) => !named.has(name)))
  const calling = functions === '' ? '' : ` calling ${functions}`
  if (found.length === 0) return `${upper || 'EMPTY'}${tables && ` on ${tables}`}${calling}`
  return `${written(found)}${upper && ` (in ${upper})`}${tables && `, reading ${tables}`}${calling}`
}
