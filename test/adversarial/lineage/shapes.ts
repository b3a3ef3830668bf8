import { aggregates, setReturning } from './calls'
import type { Filler } from './filler'
import type { Source } from './sources'

type Shape = (filler: Filler) => string

function key({ alias, columns }: Source): string {
  return `${alias}.${columns[0]?.name ?? 'id'}`
}

function arm(filler: Filler, where = ''): string {
  const source = filler.source(2)
  const text = filler.expression('text', [source], 2)
  const int = filler.expression('int', [source], 2)
  return `SELECT ${text} AS c1, ${int} AS id FROM ${source.text}${where}`
}

/** An arm that never has a row, in ways that the planner sees before it runs and ways that it does not. */
function emptyArm(filler: Filler): string {
  const { random } = filler
  const empty = arm(
    filler,
    random.pick([' WHERE false', ' WHERE 1 = 2', ' LIMIT 0', ' WHERE NULL', ' WHERE random() < 0']),
  )
  const operator = random.pick(['UNION', 'UNION ALL', 'INTERSECT', 'INTERSECT ALL', 'EXCEPT'])
  const arms = random.chance(0.5) ? [arm(filler), empty] : [empty, arm(filler)]
  const both = arms.map((text) => `(${text})`).join(` ${operator} `)
  return random.chance(0.3) ? `SELECT count(*) AS c1 FROM (${both}) q` : both
}

function recursive(filler: Filler): string {
  const { random } = filler
  const source = filler.source(2)
  const step: Source = {
    text: 'r',
    alias: 'r',
    columns: [
      { name: 'id', type: 'int' },
      { name: 'c1', type: 'text' },
    ],
  }
  const first = `SELECT ${random.pick([key(source), filler.expression('int', [source], 1)])}, ${filler.expression('text', [source], 1)} FROM ${source.text}`
  const stop = random.chance(0.3) ? ` AND ${filler.expression('bool', [step], 1)}` : ''
  const next = `SELECT r.id + 100, ${filler.expression('text', [step], 1)} FROM r WHERE r.id < 150${stop}`
  const extra = random.pick([
    '',
    ' SEARCH DEPTH FIRST BY id SET o',
    ' SEARCH BREADTH FIRST BY c1 SET o',
    ' CYCLE id SET hit USING path',
    ' CYCLE c1 SET hit USING path',
    ` CYCLE id SET hit TO 'y' DEFAULT 'n' USING path`,
  ])
  const shown = random.pick(['id', 'c1', '*', 'count(*)', 'id, c1'])
  const order = extra.includes('SEARCH') && random.chance(0.5) ? ' ORDER BY o' : ''
  return `WITH RECURSIVE r(id, c1) AS (${first} UNION${random.pick([' ALL', ''])} ${next})${extra} SELECT ${shown} FROM r${shown.startsWith('count') ? '' : order}`
}

function groupingSets(filler: Filler): string {
  const { random } = filler
  const source = filler.source(1)
  const keys = [
    filler.expression('text', [source], 1),
    filler.expression('int', [source], 1),
  ] as const
  const sets = random.pick([
    `GROUPING SETS ((${keys[0]}), (${keys[1]}), ())`,
    `ROLLUP (${keys.join(', ')})`,
    `CUBE (${keys.join(', ')})`,
    `GROUPING SETS ((${keys[0]}, ${keys[1]}), ROLLUP (${keys[0]}))`,
    `DISTINCT ROLLUP (${keys[0]}), ROLLUP (${keys[1]})`,
  ])
  const aggregate = filler.fill(random.pick(aggregates), [source], 1)
  const shown = random.pick([...keys, keys.join(', '), `grouping(${keys[0]})`])
  const where = random.chance(0.1) ? ' WHERE false' : ''
  return `SELECT ${shown}, ${aggregate} AS c1 FROM ${source.text}${where} GROUP BY ${sets}`
}

function distinctOn(filler: Filler): string {
  const source = filler.source(1)
  const on = filler.expression(filler.random.pick(['text', 'int', 'row']), [source], 1)
  return `SELECT DISTINCT ON (${on}) ${filler.any([source])} AS c1, ${key(source)} AS id FROM ${source.text} ORDER BY ${on}, ${key(source)}`
}

function valuesList(filler: Filler): string {
  const { random } = filler
  const source = filler.source(1)
  const row = (): string =>
    `(${filler.expression('text', [source], 1)}, ${filler.expression('int', [source], 1)})`
  const lists = `VALUES ${row()}, ${row()}`
  const shown = random.pick(['v.a', 'v.b', 'v', '*', 'max(v.a)', 'count(*)'])
  const where = random.chance(0.3) ? ` WHERE ${random.pick(['v.b > 1', `v.a = 'k'`])}` : ''
  const within = `SELECT ${shown} FROM ${source.text}, LATERAL (${lists}${random.pick(['', '', ' LIMIT 1', ' ORDER BY 2'])}) v(a, b)${where}`
  if (random.chance(0.7)) return within
  return `VALUES ((SELECT max(${filler.expression('text', [source], 1)}) FROM ${source.text})), ('x')${random.pick(['', ' ORDER BY 1', ' LIMIT 1'])}`
}

function lateral(filler: Filler): string {
  const { random } = filler
  const outer = filler.source(1)
  const inner = filler.source(2)
  const both = [outer, inner]
  const where = random.chance(0.4) ? ` WHERE ${filler.expression('bool', both, 1)}` : ''
  const cut = random.pick(['', '', ' LIMIT 1', ` OFFSET 1`, ` LIMIT (${key(outer)} % 2)`])
  const join = random.pick([', LATERAL', ' LEFT JOIN LATERAL', ' CROSS JOIN LATERAL'])
  const on = join.includes('LEFT') ? ' ON true' : ''
  const body = `SELECT ${filler.any(both)} AS x, ${filler.expression('int', both, 1)} AS y FROM ${inner.text}${where}${cut}`
  return `SELECT ${key(outer)} AS id, ${random.pick(['f.x', 'f.y', 'f', 'count(*) OVER ()'])} AS c1 FROM ${outer.text}${join} (${body}) f${on}`
}

function rowsFrom(filler: Filler): string {
  const { random } = filler
  const source = filler.source(1)
  const call = (): string =>
    random.chance(0.5)
      ? `generate_series(${filler.expression('int', [source], 1)}, 3)`
      : filler.fill(random.pick(setReturning), [source], 1)
  const calls = random.chance(0.5) ? `ROWS FROM (${call()}, ${call()})` : call()
  const shown = random.pick(['f', '*', 'count(*)', key(source), 'n'])
  return `SELECT ${shown} FROM ${source.text}, LATERAL ${calls} WITH ORDINALITY f(a, n)`
}

function namedWindow(filler: Filler): string {
  const { random } = filler
  const source = filler.source(1)
  const partition = random.chance(0.5)
    ? `PARTITION BY ${filler.expression(random.pick(['text', 'int']), [source], 1)} `
    : ''
  const frame = random.pick([
    'ROWS 1 PRECEDING',
    `ROWS BETWEEN ${random.below(2)} FOLLOWING AND UNBOUNDED FOLLOWING`,
    'GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING EXCLUDE CURRENT ROW',
    'RANGE BETWEEN 5 PRECEDING AND CURRENT ROW EXCLUDE GROUP',
  ])
  const order = random.chance(0.7) ? key(source) : filler.expression('int', [source], 1)
  const aggregate = filler.fill(random.pick(aggregates), [source], 1)
  return `SELECT ${key(source)} AS id, ${aggregate} OVER w AS c1 FROM ${source.text} WINDOW w AS (${partition}ORDER BY ${order} ${frame})`
}

function firstOnes(filler: Filler): string {
  const { random } = filler
  const source = filler.source(1)
  const order = random.chance(0.6) ? key(source) : filler.expression('int', [source], 1)
  const cut = random.pick([
    'LIMIT 3',
    'OFFSET 2',
    'FETCH FIRST 2 ROWS WITH TIES',
    `LIMIT (SELECT ${filler.expression('int', [source], 1)} FROM ${source.text} LIMIT 1)`,
  ])
  return `SELECT ${filler.any([source])} AS c1, ${key(source)} AS id FROM ${source.text} ORDER BY ${order} ${cut}`
}

/** Columns that nobody asks for are never computed, and what can fail in them does not. */
function unusedColumns(filler: Filler): string {
  const { random } = filler
  const source = filler.source(1)
  const inner = `SELECT ${filler.any([source])} AS a, ${filler.expression('int', [source], 2)} AS b, ${key(source)} AS id FROM ${source.text}${random.pick(['', ' OFFSET 0', ` WHERE ${filler.expression('bool', [source], 1)}`])}`
  const shown = random.pick(['q.id', 'q.a', 'q.b', 'count(*)', 'count(q.b)', 'q', 'q.a IS NULL'])
  return `SELECT ${shown} AS c1 FROM (${inner}) q${random.pick(['', ' WHERE q.id > 2', ' WHERE q.b > 2', ' WHERE q.a IS NOT NULL'])}`
}

/** Shapes of whole statements that expressions alone never make. */
export const shapes: readonly [Shape, ...Shape[]] = [
  emptyArm,
  recursive,
  groupingSets,
  distinctOn,
  valuesList,
  lateral,
  rowsFrom,
  namedWindow,
  firstOnes,
  unusedColumns,
]
