import { indexCatalog } from '../names/catalog-index'
import { loadParser } from '../parser'
import { decideMasked } from '../testing/decide-masked'
import { madeCatalog, madeTable, textColumns } from '../testing/made-catalog'

beforeAll(loadParser)

const noType = { schema: 'public', elementId: 0, baseId: 0, relationId: 0 }
const divided = { columns: textColumns(['id', 'ssn']), kind: 'partitioned-table' as const }
const index = indexCatalog(
  madeCatalog({
    relations: [
      madeTable(20_001, 'people', { columns: textColumns(['id', 'name', 'ssn']) }),
      madeTable(20_002, 'vault', {
        columns: [...textColumns(['id']), { number: 2, name: 'tax', typeId: 30_002 }],
      }),
      madeTable(20_003, 'by_id', { ...divided, definition: 'RANGE (id)' }),
      madeTable(20_004, 'by_ssn', { ...divided, definition: 'LIST (ssn)' }),
      madeTable(20_005, 'by_part', { ...divided, definition: `LIST (lower(ssn))` }),
      madeTable(20_006, 'by_unread', divided),
      madeTable(20_007, 'words', { columns: textColumns(['word']) }),
    ],
    types: [
      { ...noType, id: 30_001, name: 'code', baseId: 25 },
      { ...noType, id: 30_002, name: 'codes', elementId: 30_001 },
      { ...noType, id: 30_003, name: 'other', baseId: 25 },
    ],
  }),
)
const masked = ['people.ssn', 'by_ssn.ssn', 'vault.tax']
const decide = (text: string) => decideMasked(text, masked, index)

describe('definitions that tell values of masked columns', () => {
  it.each([
    'ALTER TABLE people ALTER name TYPE text USING people::text',
    'ALTER TABLE people ALTER name TYPE text USING (people).ssn',
    `ALTER TABLE people ADD CHECK (people::text NOT LIKE '%7%')`,
    `CREATE INDEX ON people (id) WHERE people::text LIKE '%7%'`,
    `CREATE POLICY p ON people USING (ssn LIKE '7%')`,
    `CREATE POLICY p ON people USING (to_json(people)::text LIKE '%7%')`,
    `ALTER POLICY p ON people USING (ssn LIKE '7%')`,
  ])('%s', (text) => {
    expect(decide(text)).toBe('refuse')
  })

  it.each([
    'CREATE UNIQUE INDEX ON people (ssn) WHERE id IN (1, 2)',
    'CREATE INDEX ON people (ssn) WHERE id > 0',
    'CREATE INDEX ON people (ssn) INCLUDE (id)',
    'CREATE INDEX ON people (name, ssn)',
    'CREATE INDEX ON people USING gist (name, ssn)',
    'ALTER TABLE people ADD UNIQUE (name, ssn)',
    'ALTER TABLE people ADD EXCLUDE USING btree (ssn WITH =)',
    'ALTER TABLE people ADD FOREIGN KEY (ssn) REFERENCES words (word)',
    'ALTER TABLE people ADD FOREIGN KEY (ssn) REFERENCES words (word) NOT VALID',
    'CLUSTER people USING people_ssn',
    'ALTER TABLE people CLUSTER ON people_ssn',
    'CREATE INDEX people_pkey ON people (ssn)',
    'ALTER INDEX people_ssn RENAME TO people_pkey',
    'ALTER TABLE people RENAME CONSTRAINT people_ssn TO people_pkey',
    'ALTER TABLE people ADD CONSTRAINT people_pkey UNIQUE (ssn)',
    'ALTER TABLE people ADD CONSTRAINT people_pkey UNIQUE USING INDEX people_ssn',
    'ALTER TABLE people ADD PRIMARY KEY (ssn)',
    'ALTER TABLE people ALTER ssn TYPE code',
    'ALTER TABLE by_ssn ATTACH PARTITION people FOR VALUES IN (1)',
    'ALTER TABLE by_part ATTACH PARTITION people FOR VALUES IN (1)',
    'ALTER TABLE by_unread ATTACH PARTITION people FOR VALUES IN (1)',
    `CREATE TABLE part PARTITION OF by_ssn FOR VALUES IN ('7')`,
    `ALTER DOMAIN code ADD CHECK (VALUE NOT LIKE '7%')`,
    'ALTER DOMAIN code VALIDATE CONSTRAINT c',
  ])('%s', (text) => {
    expect(decide(text)).toBe('inference')
  })
})

describe('definitions that tell nothing of them', () => {
  it.each([
    'CREATE INDEX ON people (ssn)',
    'CREATE UNIQUE INDEX ON people (ssn)',
    'CREATE INDEX ON people (id, name) INCLUDE (ssn)',
    'CREATE INDEX ON people USING gin (name, ssn)',
    'ALTER TABLE people ADD UNIQUE (ssn)',
    'ALTER TABLE people ADD CONSTRAINT people_ssn UNIQUE USING INDEX people_ssn',
    'ALTER TABLE people ADD PRIMARY KEY (id)',
    'CLUSTER people USING people_pkey',
    'ALTER TABLE people CLUSTER ON people_pkey',
    'ALTER INDEX words_old RENAME TO words_pkey',
    'ALTER TABLE people ADD FOREIGN KEY (name) REFERENCES words (word)',
    'ALTER TABLE people ALTER ssn TYPE varchar(80)',
    'ALTER TABLE people ALTER name TYPE code',
    `ALTER TABLE people ADD CHECK (name <> '')`,
    'ALTER TABLE by_id ATTACH PARTITION people FOR VALUES FROM (1) TO (2)',
    'CREATE TABLE part PARTITION OF by_id FOR VALUES FROM (1) TO (2)',
    `CREATE POLICY p ON people USING (name = 'x')`,
    `ALTER DOMAIN other ADD CHECK (VALUE <> '')`,
    'ALTER DOMAIN code DROP CONSTRAINT c',
    `CREATE TABLE fresh (id int, ssn text, UNIQUE (id, ssn))`,
  ])('%s', (text) => {
    expect(decide(text)).toBe('plan')
  })

  it('a partition of a table that the session has just made, divided by another column', () => {
    const made = `CREATE TABLE parent (id text, name text, ssn text) PARTITION BY LIST`
    const attach = `ALTER TABLE parent ATTACH PARTITION people FOR VALUES IN ('1')`
    expect(decide(`${made} (id); ${attach}`)).toBe('plan')
    expect(decide(`${made} (ssn); ${attach}`)).toBe('inference')
  })
})
