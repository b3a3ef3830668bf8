import { aggregates, setReturning } from './calls'
import type { Filler } from './filler'
import { forms } from './forms'
import type { Random } from './random'
import { shapes } from './shapes'
import { names, tables, type Source, type Type } from './sources'
import { writes } from './writes'

/** More rows than the schema has. */
export const groupSize = 100

/** Random queries over the schema, most of which are valid; masked columns come often. */
export class Generator implements Filler {
  readonly random: Random
  private serial = 0

  constructor(random: Random) {
    this.random = random
  }

  query(depth = 0): string {
    const { random } = this
    if (depth === 0 && random.chance(0.12)) return random.pick(writes)(this)
    if (depth < 2 && random.chance(0.3)) return random.pick(shapes)(this)
    if (depth < 2 && random.chance(0.1)) return this.setOperation(depth)
    if (depth < 2 && random.chance(0.12)) {
      const name = this.alias('q')
      const inner = this.select(depth + 1)
      const column = random.pick(['id', 'c1', 'c1', '*'])
      return `WITH ${name} AS ${random.pick(['', 'MATERIALIZED '])}(${inner}) SELECT ${column} FROM ${name}`
    }
    return this.select(depth)
  }

  alias(prefix: string): string {
    return `${prefix}${(this.serial += 1)}`
  }

  private setOperation(depth: number): string {
    const operator = this.random.pick(['UNION', 'UNION ALL', 'UNION ALL', 'INTERSECT', 'EXCEPT'])
    const arm = (): string => {
      const source = this.source(2)
      return `SELECT ${this.expression('text', [source], 2)} AS c1, ${this.expression('int', [source], 2)} AS id FROM ${source.text}`
    }
    return `${arm()} ${operator} ${depth < 1 && this.random.chance(0.3) ? `(${arm()} UNION ALL ${arm()})` : arm()}`
  }

  private select(depth: number): string {
    const { random } = this
    const sources = this.from(depth)
    const where = random.chance(0.25) ? ` WHERE ${this.expression('bool', sources, 2)}` : ''
    const from = ` FROM ${sources.map(({ text }) => text).join('')}${where}`
    if (random.chance(0.2)) return this.grouped(sources, from)
    const targets = Array.from({ length: 1 + random.below(2) }, (_, at) => {
      const form = random.chance(0.07)
        ? this.fill(random.pick(setReturning), sources, 2)
        : this.any(sources)
      return `${form} AS c${at + 1}`
    })
    const first = sources[0]
    const id = first === undefined ? '1' : `${first.alias}.${first.columns[0]?.name ?? 'id'}`
    const star = random.chance(0.08) ? `${first?.alias ?? ''}.*, ` : ''
    const distinct = random.chance(0.06) ? 'DISTINCT ' : ''
    const order =
      random.chance(0.15) && distinct === ''
        ? ` ORDER BY ${this.expression('text', sources, 1)}`
        : ''
    const limit = random.chance(0.05) ? ` LIMIT ${this.expression('int', [], 1)}` : ''
    return `SELECT ${distinct}${star}${targets.join(', ')}, ${id} AS id${from}${order}${limit}`
  }

  private grouped(sources: readonly Source[], from: string): string {
    const { random } = this
    const aggregate = this.fill(random.pick(aggregates), sources, 2)
    if (random.chance(0.3)) return `SELECT ${aggregate} AS c1${from}`
    const key = this.expression(random.pick(['text', 'int']), sources, 1)
    const shown = random.chance(0.7) ? `${key} AS k, ` : ''
    const having = random.chance(0.2) ? ` HAVING ${this.having(sources)}` : ''
    return `SELECT ${shown}${aggregate} AS c1${from} GROUP BY ${key}${having}`
  }

  /** Groups of a size that none has: what is shown of large ones shows nothing here. */
  private having(sources: readonly Source[]): string {
    const { random } = this
    if (random.chance(0.5)) return `count(${this.expression('int', sources, 0)}) >= ${groupSize}`
    return `${this.fill(random.pick(aggregates), sources, 1)} IS NOT NULL`
  }

  private from(depth: number): readonly Source[] {
    const { random } = this
    const first = this.source(depth)
    if (!random.chance(0.3)) return [first]
    const second = this.source(depth + 1)
    if (random.chance(0.2)) {
      const alias = this.alias('f')
      const call = this.fill(random.pick(setReturning), [first], 1)
      if (call.startsWith('(')) return [first]
      return [first, { text: `, LATERAL ${call} AS ${alias}`, alias, columns: [] }]
    }
    const on = this.expression('bool', [first, second], 2)
    const join = random.pick(['JOIN', 'LEFT JOIN', 'FULL JOIN', 'CROSS JOIN'])
    const using = random.chance(0.15) && first.columns[0]?.name === second.columns[0]?.name
    const condition = join === 'CROSS JOIN' ? '' : using ? ' USING (id)' : ` ON ${on}`
    return [first, { ...second, text: ` ${join} ${second.text}${condition}` }]
  }

  source(depth: number): Source {
    const { random } = this
    const alias = this.alias('t')
    if (depth < 1 && random.chance(0.2)) {
      const inner = this.source(depth + 1)
      const type = random.pick<Type>(['text', 'int', 'json'])
      const text = `(SELECT ${this.expression('int', [inner], 1)} AS id, ${this.expression(type, [inner], 2)} AS c1 FROM ${inner.text})`
      return {
        text: `${text} ${alias}`,
        alias,
        columns: [
          { name: 'id', type: 'int' },
          { name: 'c1', type },
        ],
      }
    }
    const table = random.pick(names)
    return { text: `${table} ${alias}`, alias, columns: tables[table] }
  }

  any(sources: readonly Source[]): string {
    return this.expression(
      this.random.pick<Type>(['text', 'text', 'int', 'bool', 'date', 'json', 'row', 'array']),
      sources,
      3,
    )
  }

  expression(type: Type, sources: readonly Source[], depth: number): string {
    const { random } = this
    const columns = sources.flatMap(({ alias, columns: own }) =>
      own.filter((column) => column.type === type).map(({ name }) => `${alias}.${name}`),
    )
    const [column, ...others] = columns
    if (column !== undefined && (depth <= 0 || random.chance(0.45)))
      return random.pick([column, ...others])
    const [source] = sources
    if (type === 'row' && source !== undefined && source.columns.length > 0 && random.chance(0.7))
      return source.alias
    const form = depth <= 0 ? forms[type][0] : random.pick(forms[type])
    return this.fill(form, sources, depth)
  }

  fill(form: string, sources: readonly Source[], depth: number): string {
    return form.replace(/@(text|int|bool|date|json|row|array)/g, (_, type: string) =>
      depth <= -2 ? 'NULL' : this.expression(type as Type, sources, depth - 1),
    )
  }
}
