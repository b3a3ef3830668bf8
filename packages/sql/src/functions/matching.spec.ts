import { analyze } from '../analyze'
import type { Routine } from '../catalog'
import { indexCatalog } from '../names/catalog-index'
import { loadParser } from '../parser'
import { madeCatalog } from '../testing/made-catalog'
import { statement } from '../testing/reference'

const text = 25
const texts = 1009
const int4 = 23
const tag = 20_001

function routine(name: string, argumentTypes: readonly number[], more: Partial<Routine> = {}) {
  return {
    schema: 'public',
    name,
    kind: 'function' as const,
    volatility: 'volatile' as const,
    language: 'plpgsql',
    securityDefiner: false,
    returnsSet: false,
    body: '',
    argumentCount: argumentTypes.length,
    argumentTypes,
    builtIn: false,
    ...more,
  }
}

const server = { schema: 'pg_catalog', language: 'internal', builtIn: true }
const routines = [
  routine('lower', [text], server),
  routine('lower', [tag]),
  routine('pi', [], server),
  routine('pi', [text]),
  routine('left', [text, text, text], { defaultCount: 1 }),
  routine('format', [int4, texts], { variadic: true }),
  routine('reverse', [text], { argumentTypes: [] }),
  routine('currval', [2205], server),
  routine('currval', [int4]),
  routine('pg_sleepless', [text]),
]

const type = { schema: 'pg_catalog', elementId: 0, baseId: 0, relationId: 0 }
const catalog = madeCatalog({
  routines: routines.map((each, at) => ({ ...each, id: 30_000 + at })),
  types: [
    { ...type, id: text, name: 'text' },
    { ...type, id: int4, name: 'int4' },
    { ...type, id: texts, name: '_text', elementId: text },
    { ...type, id: tag, name: 'tag', schema: 'public' },
    { ...type, id: 20_002, name: 'initcap', schema: 'public', baseId: text, checks: [30_009] },
  ],
})
const index = indexCatalog(catalog)

function executed(sql: string): string[] {
  const { facts } = analyze(statement(sql), index)
  return facts.actions.flatMap(({ action, resource }) => (action === 'execute' ? [resource] : []))
}

beforeAll(loadParser)

describe("a user's function with the name of the server's", () => {
  it.each([
    ["SELECT lower('X'::text)"],
    ['SELECT pi()'],
    ["SELECT left('x'::text)"],
    ["SELECT left('x', 'x', 'x', 'x')"],
    ["SELECT format('x'::text, 'y')"],
    ['SELECT format(1, 2)'],
    ["SELECT currval('orders_id_seq')"],
  ])('is not meant where the server cannot choose it: %s', (sql) => {
    expect(executed(sql).filter((name) => name !== 'function:public.currval')).toEqual([])
  })

  it.each([
    ["SELECT lower('x')", 'lower'],
    ["SELECT lower('x'::tag)", 'lower'],
    ['SELECT lower($1)', 'lower'],
    ["SELECT pi('x')", 'pi'],
    ["SELECT pi(what => 'x')", 'pi'],
    ["SELECT left('x', 'y')", 'left'],
    ["SELECT format(1, 'x', 'y')", 'format'],
    ["SELECT format(1, VARIADIC ARRAY['x'])", 'format'],
    ["SELECT reverse('x'::text)", 'reverse'],
    ['SELECT currval(1)', 'currval'],
    ["SELECT pg_sleepless('x')", 'pg_sleepless'],
    ["SELECT initcap('x')", 'pg_sleepless'],
  ])('counts where it can be chosen: %s', (sql, name) => {
    expect(executed(sql)).toContain(`function:public.${name}`)
  })
})
