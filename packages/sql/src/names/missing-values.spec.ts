import { analyze } from '../analyze'
import type { Catalog } from '../catalog'
import { planMasks } from '../masks/plan-masks'
import { loadParser } from '../parser'
import { readJson, referenceMasks, statement } from '../testing/reference'
import { indexCatalog } from './catalog-index'

beforeAll(loadParser)

const seed = readJson<Catalog>('seed-catalog.json')

function planned(sql: string, serverVersion = 150_000) {
  const index = indexCatalog({ ...seed, serverVersion })
  return planMasks(analyze(statement(sql), index), { masks: referenceMasks }, index)
}

function masked(sql: string, serverVersion?: number): readonly number[] {
  const decision = planned(sql, serverVersion)
  return decision.kind === 'plan' ? decision.plan.columns.map(({ index }) => index) : []
}

it.each([
  [150_000, 25],
  [180_000, 24],
])('masks the last column of pg_attribute alone (%i)', (serverVersion, last) => {
  expect(masked('SELECT a.* FROM pg_attribute a', serverVersion)).toEqual([last])
})

it('follows it as any other column', () => {
  expect(masked('SELECT attname, attmissingval::text FROM pg_catalog.pg_attribute')).toEqual([1])
  expect(masked('SELECT to_jsonb(a) FROM pg_attribute a')).toEqual([0])
  expect(masked('SELECT x.v FROM (SELECT attmissingval AS v FROM pg_attribute) x')).toEqual([0])
  expect(planned('SELECT 1 FROM pg_attribute WHERE attmissingval IS NOT NULL').kind).toBe(
    'inference',
  )
})

it('leaves the others alone', () => {
  expect(masked('SELECT attname, attnum FROM pg_attribute WHERE attnum > 0')).toEqual([])
})
