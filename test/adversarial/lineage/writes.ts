import type { Filler } from './filler'
import { type Source, tables } from './sources'

type Shape = (filler: Filler) => string

const items: Source = { text: 'items i', alias: 'i', columns: tables.items }
/** The target makes these by itself. */
const generated: ReadonlySet<string> = new Set(['shout', 'band'])
const people: Source = {
  text: 'people p',
  alias: 'p',
  columns: tables.people.filter(({ name }) => !generated.has(name)),
}
const both: readonly Source[] = [items, people]

function returning(
  filler: Filler,
  sources: readonly Source[],
  more: readonly string[] = [],
): string {
  const { random } = filler
  if (random.chance(0.2)) return ''
  return ` RETURNING ${random.pick(['*', filler.any(sources), filler.any(sources), 'i.id', ...more])}`
}

function sometimes(filler: Filler, before: string, sources: readonly Source[]): string {
  return filler.random.chance(0.4) ? `${before}${filler.expression('bool', sources, 1)}` : ''
}

/** Mostly of what no mask is on, or nothing would ever be written. */
function written(filler: Filler, type: 'text' | 'int', sources: readonly Source[]): string {
  const { random } = filler
  if (random.chance(0.5)) return type === 'text' ? `'w'` : String(random.below(9))
  const safe = random.chance(0.6) ? [items].filter((one) => sources.includes(one)) : sources
  return filler.expression(type, safe, 1)
}

function insert(filler: Filler): string {
  const { random } = filler
  const source = filler.source(2)
  const id = random.pick([`${random.below(20)}`, `row_number() OVER () + ${random.below(20)}`])
  const rows = random.chance(0.4)
    ? `VALUES (${random.below(20)}, ${random.below(12)}, 'w')`
    : `SELECT ${id}, 1, ${written(filler, 'text', [source])} FROM ${source.text}${sometimes(filler, ' WHERE ', [source])} LIMIT 1`
  const update = `DO UPDATE SET note = ${random.pick(['excluded.note', written(filler, 'text', [items])])}${sometimes(filler, ' WHERE ', [items])}`
  const conflict = random.pick(['', ' ON CONFLICT DO NOTHING', ` ON CONFLICT (id) ${update}`])
  return `INSERT INTO items AS i (id, person, note) ${rows}${conflict}${returning(filler, [items])}`
}

/** A constant into a masked column whose key, or whose check, the row may break. */
function insertMasked(filler: Filler): string {
  const { random } = filler
  const value = random.pick([`'w'`, `'900-00-0001'`, 'NULL', `repeat('x', 3)`])
  const conflict = random.pick([
    '',
    ' ON CONFLICT DO NOTHING',
    ' ON CONFLICT (id) DO UPDATE SET pan = excluded.pan',
    ` ON CONFLICT (id) DO UPDATE SET name = p.name || 'x'${sometimes(filler, ' WHERE ', [people])}`,
  ])
  return `INSERT INTO people AS p (id, name, pan) VALUES (${random.below(30)}, 'w', ${value})${conflict}${returning(filler, [people], ['p.pan', 'old.pan', 'new', 'old.id']).replace('i.id', 'p.id')}`
}

function update(filler: Filler): string {
  const { random } = filler
  const join = random.chance(0.6)
  const sources = join ? both : [items]
  const on = random.pick(['i.person = p.id', 'i.id = p.id', filler.expression('bool', both, 1)])
  const where = join ? ` FROM people p WHERE ${on}` : sometimes(filler, ' WHERE ', sources)
  const set = random.chance(0.7)
    ? `note = ${written(filler, 'text', sources)}`
    : `(note, person) = (SELECT ${written(filler, 'text', sources)}, ${written(filler, 'int', sources)})`
  return `UPDATE items i SET ${set}${where}${returning(filler, sources, ['old', 'new.note', 'old.note'])}`
}

function updateMasked(filler: Filler): string {
  const { random } = filler
  const set = random.pick([
    `name = 'w'`,
    `pan = 'w'`,
    'salary = 5',
    'pan = DEFAULT',
    'salary = salary',
    'salary = salary + 1',
    `name = ${written(filler, 'text', [people])}`,
  ])
  return `UPDATE people p SET ${set}${sometimes(filler, ' WHERE ', [people])}${returning(filler, [people], ['old.pan', 'new.salary', 'old = new', 'old.*']).replace('i.id', 'p.id')}`
}

function remove(filler: Filler): string {
  const { random } = filler
  const join = random.chance(0.6)
  const sources = join ? both : [items]
  const on = random.pick(['i.person = p.id', filler.expression('bool', both, 1)])
  const where = join ? ` USING people p WHERE ${on}` : sometimes(filler, ' WHERE ', sources)
  return `DELETE FROM items i${where}${returning(filler, sources, ['old.note', 'p.pan'])}`
}

function merge(filler: Filler): string {
  const { random } = filler
  const on = random.pick(['i.id = p.id', 'i.id = p.id', filler.expression('bool', both, 1)])
  const matched = random.pick([
    `UPDATE SET note = ${written(filler, 'text', both)}`,
    'DELETE',
    'DO NOTHING',
  ])
  const when = `WHEN MATCHED${sometimes(filler, ' AND ', both)} THEN ${matched}`
  const missing = `WHEN NOT MATCHED${sometimes(filler, ' AND ', [people])} THEN ${random.pick(['DO NOTHING', `INSERT (id, note) VALUES (p.id, ${written(filler, 'text', [people])})`])}`
  const gone = random.chance(0.2)
    ? ` WHEN NOT MATCHED BY SOURCE${sometimes(filler, ' AND ', [items])} THEN DELETE`
    : ''
  return `MERGE INTO items i USING people p ON ${on} ${when} ${missing}${gone}${returning(filler, both, ['merge_action(), i.id', 'merge_action(), p.pan', 'old.note, new.note'])}`
}

function withWrite(filler: Filler): string {
  const inner = filler.random.pick([insert, update, remove])(filler)
  const named = inner.includes(' RETURNING ') ? inner : `${inner} RETURNING i.id`
  return `WITH w AS (${named}) SELECT ${filler.random.pick(['*', 'count(*)', 'w'])} FROM w`
}

/** Changes, with what they answer; each of them is rolled back. */
export const writes: readonly [Shape, ...Shape[]] = [
  insert,
  insertMasked,
  update,
  updateMasked,
  remove,
  merge,
  withWrite,
]
