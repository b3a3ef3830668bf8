import type { CatalogPart } from '@wardgate/contract'
import type { Client } from 'pg'
import {
  castsQuery,
  eventTriggersQuery,
  operatorsQuery,
  relationCallsQuery,
  typeCallsQuery,
} from './call-queries'
import { foreignKeysQuery } from './foreign-keys'
import { idsOf, partOf } from './object-ids'
import { publicationsFrom, publicationsQuery, publishedTablesQuery } from './publications'
import {
  columnsQuery,
  parentsQuery,
  relationsQuery,
  routinesQuery,
  rulesQuery,
  typesQuery,
} from './queries'
import {
  castsFrom,
  eventTriggersFrom,
  operatorsFrom,
  relationsFrom,
  routinesFrom,
  typesFrom,
} from './rows'
import { rowsOf } from './rows-of'

/** Neighbouring parts that are read at once: what bounds memory. */
const mostParts = 8

/** First and last number. */
type Run = readonly [first: number, last: number]

/** Numbers in ascending order as runs of neighbours. */
export function runsOf(numbers: readonly number[]): Run[] {
  const runs: Run[] = []
  for (const number of numbers) {
    const last = runs.at(-1)
    if (last !== undefined && number - last[0] < mostParts)
      runs[runs.length - 1] = [last[0], number]
    else runs.push([number, number])
  }
  return runs
}

/** Reads the objects of neighbouring parts, by number of the part. */
export async function readParts(
  client: Client,
  serverVersion: number,
  [first, last]: Run,
): Promise<Map<number, CatalogPart>> {
  const ids = idsOf(first, last)
  const read = (query: string): Promise<unknown[][]> => rowsOf(client, query, ids)
  const whole: CatalogPart = {
    relations: relationsFrom({
      relations: await read(relationsQuery),
      columns: await read(columnsQuery),
      parents: await read(parentsQuery),
      calls: await read(relationCallsQuery),
      rules: await read(rulesQuery),
      foreignKeys: await read(foreignKeysQuery),
    }),
    routines: routinesFrom(await read(routinesQuery(serverVersion))),
    types: typesFrom(await read(typesQuery), await read(typeCallsQuery)),
    operators: operatorsFrom(await read(operatorsQuery)),
    casts: castsFrom(await read(castsQuery)),
    eventTriggers: eventTriggersFrom(await read(eventTriggersQuery)),
    publications: publicationsFrom(
      await read(publicationsQuery(serverVersion)),
      await read(publishedTablesQuery(serverVersion)),
    ),
  }
  return divide(whole)
}

function divide(whole: CatalogPart): Map<number, CatalogPart> {
  const parts = new Map<number, CatalogPart>()
  const of = ({ id }: { readonly id: number }): CatalogPart => {
    const number = partOf(id)
    const part = parts.get(number) ?? emptyPart()
    parts.set(number, part)
    return part
  }
  for (const relation of whole.relations) of(relation).relations.push(relation)
  for (const routine of whole.routines) of(routine).routines.push(routine)
  for (const type of whole.types) of(type).types.push(type)
  for (const operator of whole.operators) of(operator).operators.push(operator)
  for (const cast of whole.casts) of(cast).casts.push(cast)
  for (const trigger of whole.eventTriggers) of(trigger).eventTriggers.push(trigger)
  for (const publication of whole.publications) of(publication).publications.push(publication)
  return parts
}

function emptyPart(): CatalogPart {
  return {
    relations: [],
    routines: [],
    types: [],
    operators: [],
    casts: [],
    eventTriggers: [],
    publications: [],
  }
}
