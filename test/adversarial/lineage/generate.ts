import type { Random } from './random'

type Type = 'text' | 'int' | 'bool' | 'date' | 'json' | 'row' | 'array'

interface Column {
  readonly name: string
  readonly type: Type
}

interface Source {
  readonly text: string
  readonly alias: string
  readonly columns: readonly Column[]
}

const tables: Readonly<Record<string, readonly Column[]>> = {
  people: [
    { name: 'id', type: 'int' },
    { name: 'name', type: 'text' },
    { name: 'city', type: 'text' },
    { name: 'pan', type: 'text' },
    { name: 'salary', type: 'int' },
    { name: 'born', type: 'date' },
    { name: 'doc', type: 'json' },
    { name: 'shout', type: 'text' },
    { name: 'band', type: 'int' },
  ],
  items: [
    { name: 'id', type: 'int' },
    { name: 'person', type: 'int' },
    { name: 'note', type: 'text' },
  ],
  log: [
    { name: 'id', type: 'int' },
    { name: 'secret', type: 'text' },
    { name: 'at', type: 'date' },
  ],
  v_people: [
    { name: 'id', type: 'int' },
    { name: 'tax', type: 'text' },
    { name: 'loud', type: 'text' },
    { name: 'pay', type: 'int' },
  ],
  m_people: [
    { name: 'id', type: 'int' },
    { name: 'pan', type: 'text' },
    { name: 'city', type: 'text' },
  ],
}
const names = ['people', 'people', 'people', 'items', 'log', 'v_people', 'm_people'] as const

/** `@x` stands for an expression of that type. */
const forms: Readonly<Record<Type, readonly [string, ...string[]]>> = {
  text: [
    `'k'`,
    `upper(@text)`,
    `reverse(@text)`,
    `@text || @text`,
    `concat(@text, @int)`,
    `coalesce(@text, @text)`,
    `left(@text, 2)`,
    `right(@text, @int)`,
    `substr(@text, 2, 3)`,
    `md5(@text)`,
    `replace(@text, 'a', @text)`,
    `translate(@text, '09', 'ab')`,
    `lpad(@text, 5, 'x')`,
    `split_part(@text, '-', 1)`,
    `regexp_replace(@text, '[0-9]', 'd')`,
    `@int::text`,
    `@date::text`,
    `@json::text`,
    `@row::text`,
    `@array::text`,
    `(@json ->> 'k')`,
    `(@json #>> '{k}')`,
    `to_char(@date, 'YYYY')`,
    `quote_literal(@text)`,
    `initcap(@text)`,
    `btrim(@text, 'x')`,
    `encode(@text::bytea, 'hex')`,
    `format('%s', @text)`,
    `greatest(@text, @text)`,
    `nullif(@text, @text)`,
    `CASE WHEN @bool THEN @text ELSE @text END`,
    `(@array)[1]`,
    `array_to_string(@array, ',')`,
    `repeat(@text, 2)`,
    `(SELECT @text)`,
    `convert_from(@text::bytea, 'UTF8')`,
    `split_part(@text, @text, 1)`,
    `overlay(@text PLACING 'z' FROM 1)`,
    `regexp_substr(@text, '[a-z]')`,
    `to_json(@text)::text`,
    `@text::varchar`,
    `@text COLLATE "C"`,
    `string_agg(@text, ',') OVER ()`,
    `max(@text) OVER ()`,
    `lag(@text) OVER (ORDER BY @int)`,
    `jsonb_extract_path_text(@json, 'k')`,
    `normalize(@text)`,
    `xmlelement(name x, @text)::text`,
    `lower(@text)::name::text`,
    `replace(@text, '0', 'xyz')`,
    `JSON_VALUE(@json, '$.k')`,
    `JSON_SERIALIZE(JSON_SCALAR(@text))`,
    `casefold(@text)`,
    `array_to_string(array_sort(@array), '-')`,
    `any_value(@text) OVER ()`,
  ],
  int: [
    '1',
    '3',
    `length(@text)`,
    `ascii(@text)`,
    `@int + 1`,
    `@int * 2`,
    `@int - @int`,
    `abs(@int)`,
    `coalesce(@int, 0)`,
    `strpos(@text, 'a')`,
    `array_length(@array, 1)`,
    `cardinality(@array)`,
    `(@json ->> 'k')::int`,
    `@text::int`,
    `extract(year from @date)::int`,
    `@date - date '2000-01-01'`,
    `CASE WHEN @bool THEN @int ELSE 2 END`,
    `octet_length(@text)`,
    `hashtext(@text)`,
    `greatest(@int, 5)`,
    `mod(@int, 7)`,
    `@int / 2`,
    `@int % 3`,
    `sign(@int)::int`,
    `count(*) OVER (PARTITION BY @text)`,
    `row_number() OVER (ORDER BY @int)`,
    `rank() OVER (ORDER BY @text)`,
    `sum(@int) OVER ()`,
    `num_nulls(@text, @int)`,
    `regexp_count(@text, 'a')`,
    `(SELECT count(*) FROM items WHERE items.id < @int)`,
    `jsonb_array_length(@json)`,
    `width_bucket(@int, 0, 10, 3)`,
    `bit_count(@text::bytea)::int`,
    `crc32(@text::bytea)`,
    `pg_column_size(@text)`,
    `nullif(@int, 3)`,
  ],
  bool: [
    'true',
    `@int > 2`,
    `@text = 'x'`,
    `@text LIKE '9%'`,
    `@text IS NULL`,
    `@date > date '2000-01-01'`,
    `@bool AND @bool`,
    `NOT @bool`,
    `@bool OR @bool`,
    `@int IN (1, 2)`,
    `@json ? 'k'`,
    `starts_with(@text, 'x')`,
    `@text IN (SELECT note FROM items)`,
    `EXISTS (SELECT FROM items WHERE items.id = @int)`,
    `@text ~ 'a'`,
    `@int BETWEEN 1 AND 5`,
    `@array && ARRAY['x']`,
    `@row IS NULL`,
    `@text IS DISTINCT FROM 'a'`,
    `@json IS JSON`,
    `isfinite(@date)`,
    `JSON_EXISTS(@json, '$.k')`,
    `(@text, @int) < (@text, @int)`,
    `@text IS JSON`,
    `@row = @row`,
  ],
  date: [
    `date '2024-01-01'`,
    `@date + 1`,
    `date_trunc('month', @date)::date`,
    `coalesce(@date, date '2001-01-01')`,
    `greatest(@date, date '1999-01-01')`,
    `@text::date`,
    `(@date + interval '1 month')::date`,
    `CASE WHEN @bool THEN @date END`,
    `make_date(2020, 1, @int)`,
  ],
  json: [
    `to_jsonb(@text)`,
    `to_jsonb(@row)`,
    `jsonb_build_object('k', @text)`,
    `jsonb_build_array(@text, @int)`,
    `@json -> 'k'`,
    `@json || @json`,
    `jsonb_strip_nulls(@json)`,
    `'{"k":1}'::jsonb`,
    `jsonb_set(@json, '{k}', '1')`,
    `@json - 'k'`,
    `jsonb_path_query_first(@json, '$.k')`,
    `jsonb_path_query_array(@json, '$[*]')`,
    `to_jsonb(@array)`,
    `coalesce(@json, '{}')`,
    `jsonb_build_object(@text, 1)`,
    `JSON_OBJECT('k' : @text RETURNING jsonb)`,
    `JSON_ARRAY(@text, @int RETURNING jsonb)`,
    `JSON_QUERY(@json, '$.k')`,
    `(@json)['k']`,
  ],
  row: ['row(@text, @int)'],
  array: [
    `ARRAY[@text, @text]`,
    `string_to_array(@text, '0')`,
    `array_append(@array, @text)`,
    `regexp_split_to_array(@text, '')`,
    `ARRAY(SELECT note FROM items ORDER BY id)`,
    `array_remove(@array, @text)`,
    `regexp_match(@text, '(.)')`,
    `array_replace(@array, @text, 'x')`,
  ],
}
const aggregates: readonly [string, ...string[]] = [
  'count(*)',
  'count(@text)',
  'count(DISTINCT @text)',
  'max(@text)',
  'min(@int)',
  'sum(@int)',
  'avg(@int)',
  `string_agg(@text, ',' ORDER BY @int)`,
  'array_agg(@text ORDER BY @int)',
  'jsonb_agg(@json)',
  'bool_or(@bool)',
  'count(*) FILTER (WHERE @bool)',
  `jsonb_object_agg(@text, @int)`,
  `jsonb_object_agg(@int, @text)`,
  'mode() WITHIN GROUP (ORDER BY @text)',
  'percentile_disc(0.5) WITHIN GROUP (ORDER BY @int)',
  'every(@bool)',
  'stddev(@int)',
]
const setReturning: readonly [string, ...string[]] = [
  'unnest(@array)',
  `regexp_split_to_table(@text, '0')`,
  'generate_series(1, @int)',
  'jsonb_array_elements(@json)',
  'jsonb_object_keys(@json)',
  `string_to_table(@text, '0')`,
  'unnest(ARRAY[@text, @text])',
  `jsonb_path_query(@json, '$.k')`,
  'jsonb_each_text(@json)',
  'regexp_matches(@text, @text)',
  `(jsonb_each(to_jsonb(@row))).value`,
]

/** More rows than the schema has. */
export const groupSize = 100

/** Random queries over the schema, most of which are valid; masked columns come often. */
export class Generator {
  private readonly random: Random
  private serial = 0

  constructor(random: Random) {
    this.random = random
  }

  query(depth = 0): string {
    const { random } = this
    if (depth < 2 && random.chance(0.1)) return this.setOperation(depth)
    if (depth < 2 && random.chance(0.12)) {
      const name = `q${(this.serial += 1)}`
      const inner = this.select(depth + 1)
      const column = random.pick(['id', 'c1', 'c1', '*'])
      return `WITH ${name} AS ${random.pick(['', 'MATERIALIZED '])}(${inner}) SELECT ${column} FROM ${name}`
    }
    return this.select(depth)
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
      const alias = `f${(this.serial += 1)}`
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

  private source(depth: number): Source {
    const { random } = this
    const alias = `t${(this.serial += 1)}`
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
    return { text: `${table} ${alias}`, alias, columns: tables[table] ?? [] }
  }

  private any(sources: readonly Source[]): string {
    return this.expression(
      this.random.pick<Type>(['text', 'text', 'int', 'bool', 'date', 'json', 'row', 'array']),
      sources,
      3,
    )
  }

  private expression(type: Type, sources: readonly Source[], depth: number): string {
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

  private fill(form: string, sources: readonly Source[], depth: number): string {
    return form.replace(/@(text|int|bool|date|json|row|array)/g, (_, type: string) =>
      depth <= -2 ? 'NULL' : this.expression(type as Type, sources, depth - 1),
    )
  }
}
