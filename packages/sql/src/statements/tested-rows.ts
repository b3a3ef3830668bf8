import type { Relation } from '../catalog'
import { columnKey, columnValue } from '../lineage/value'
import { influence, type Work } from '../lineage/work'
import { choosesValues } from '../names/choosing-types'
import { partitionKeys, partitionName } from '../names/partition-keys'
import { partsOf } from '../names/type-code'
import { child, list, nameParts, text, unwrap, type Tree } from '../tree'
import { columnsIn } from './defined-columns'
import { isKeyOfAny, orderByIndex, orderByName, orderIndex, orderKey } from './row-order'
import { elementNames, named, tell } from './told-columns'

type Tester = (body: Tree, work: Work) => void

/**
 * Definitions that hold or fail by the rows that are there, or that leave them in an order: whoever chooses the domain,
 * the bounds or the rows beside them reads values by it, one guess a statement.
 */
const testers: Readonly<Record<string, Tester>> = {
  AlterDomainStmt: testDomain,
  AlterTableStmt: testCommands,
  ClusterStmt: orderByIndex,
  CreateStmt: testPartition,
  IndexStmt: orderIndex,
  RenameStmt: orderByName,
}

export function noteTestedRows(key: string, body: Tree, work: Work): void {
  if (Object.hasOwn(testers, key)) testers[key]?.(body, work)
}

function testCommands(body: Tree, work: Work): void {
  const relations = named(child(body, 'relation'), work)
  for (const item of list(body, 'cmds')) {
    const command = unwrap(item).body
    const definition = child(command, 'def')
    const inner = unwrap(definition ?? {}).body
    switch (text(command, 'subtype')) {
      case 'AT_AddConstraint':
        testConstraint(inner, relations, work)
        break
      case 'AT_AlterColumnType':
        if (choosesValues(work.index, child(inner, 'typeName') ?? {}))
          tell(work, relations, 'predicate', new Set([text(command, 'name')]))
        break
      case 'AT_AttachPartition':
        tellDivided(work, named(child(inner, 'name'), work), relations)
        break
      case 'AT_ClusterOn':
        if (!isKeyOfAny(relations, text(command, 'name'))) tell(work, relations, 'order')
        break
    }
  }
}

function testConstraint(constraint: Tree, relations: readonly Relation[], work: Work): void {
  switch (text(constraint, 'contype')) {
    case 'CONSTR_EXCLUSION':
      tell(work, relations, 'distinct', excludedNames(constraint))
      break
    case 'CONSTR_FOREIGN':
      tell(work, relations, 'join', new Set(nameParts(list(constraint, 'fk_attrs'))))
      break
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      orderKey(constraint, relations, work)
      break
  }
}

function excludedNames(constraint: Tree): ReadonlySet<string> {
  return elementNames(
    list(constraint, 'exclusions').flatMap((pair) => list(unwrap(pair).body, 'items').slice(0, 1)),
  )
}

/** The rows of a partition must be within its bounds, and those of the default partition in no other's. */
function tellDivided(
  work: Work,
  partitions: readonly Relation[],
  parents: readonly Relation[],
): void {
  for (const parent of parents) {
    const keys = partitionKeys(work, parent)
    const names = keys?.flatMap((key) => [partitionName(key), ...columnsIn(key)])
    tell(work, partitions, 'predicate', names && new Set(names))
  }
}

function testPartition(body: Tree, work: Work): void {
  if (child(body, 'partbound') === undefined) return
  for (const parent of list(body, 'inhRelations')) {
    const relations = named(unwrap(parent).body, work)
    tellDivided(work, relations, relations)
  }
}

const tests: ReadonlySet<string> = new Set(['C', 'V'])

/** ADD CONSTRAINT and VALIDATE CONSTRAINT look at every column of the domain, and of types that are made of it. */
function testDomain(body: Tree, work: Work): void {
  if (!tests.has(text(body, 'subtype'))) return
  const { index } = work
  const name = nameParts(list(body, 'typeName')).at(-1) ?? ''
  const holders = new Set((index.typesByName.get(name) ?? []).map(({ id }) => id))
  for (let before = -1; before < holders.size;) {
    before = holders.size
    for (const type of index.catalog.types)
      if (partsOf(index, type).some((part) => holders.has(part))) holders.add(type.id)
  }
  for (const { id, columns } of index.catalog.relations)
    for (const column of columns)
      if (holders.has(column.typeId))
        influence(work, columnValue(columnKey(id, column.number)), 'predicate')
}
