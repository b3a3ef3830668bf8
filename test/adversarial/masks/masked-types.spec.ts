import type { Cluster } from '@wardgate/embedded-postgres'
import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import { compileMasker, emptyPlan, type MaskMethod } from '@wardgate/masking'
import { Client } from 'pg'

const key = Buffer.from('the key of a connection')
const raw = { getTypeParser: () => (value: unknown) => value }

/** The functions with which the target writes the binary format of a type. */
const binaryForms: Readonly<Record<string, string>> = {
  int2: 'int2send',
  int4: 'int4send',
  int8: 'int8send',
  numeric: 'numeric_send',
  text: 'textsend',
  varchar: 'varcharsend',
  bpchar: 'bpcharsend',
  date: 'date_send',
  timestamp: 'timestamp_send',
  timestamptz: 'timestamptz_send',
  uuid: 'uuid_send',
  bytea: 'byteasend',
  json: 'json_send',
  jsonb: 'jsonb_send',
  'date[]': 'array_send',
  'int4[]': 'array_send',
  bool: 'boolsend',
  inet: 'inet_send',
  interval: 'interval_send',
  tstzrange: 'range_send',
}

const values: readonly (readonly [type: string, value: string])[] = [
  ['int2', '12345'],
  ['int2', '-32768'],
  ['int4', '7'],
  ['int4', '2147483647'],
  ['int8', '4111111111111111'],
  ['int8', '9223372036854775807'],
  ['int8', '-1'],
  ['numeric', '123456.7890'],
  ['numeric', '-0.05'],
  ['numeric', '4111111111111111'],
  ['numeric', '123456789012345678901234567890'],
  ['numeric', 'NaN'],
  ['text', '4111 1111 1111 1111'],
  ['text', 'ada@lovelace.example'],
  ['text', '1815-12-10'],
  ['varchar', 'AB-123-cd'],
  ['bpchar', 'padded   '],
  ['date', '1815-12-10'],
  ['date', 'infinity'],
  ['date', '0044-03-15 BC'],
  ['timestamp', '1999-12-31 23:59:59.987654'],
  ['timestamptz', '2024-02-29 12:00:00.5+02'],
  ['timestamptz', '-infinity'],
  ['uuid', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
  ['bytea', '\\xdeadbeef'],
  ['json', '{"ssn": "078-05-1120", "n": [1, {"ssn": 5}]}'],
  ['jsonb', '{"ssn": "078-05-1120", "n": [1, {"ssn": 5}]}'],
  ['date[]', '{2001-02-03,NULL,2004-05-06}'],
  ['int4[]', '{1,22,333}'],
  ['bool', 't'],
  ['inet', '10.1.2.3'],
  ['interval', '3 days'],
  ['tstzrange', '[2020-01-01,2021-01-01)'],
]

const methods: readonly MaskMethod[] = [
  { kind: 'redact' },
  { kind: 'hash' },
  { kind: 'tokenize' },
  { kind: 'partial', keepFirst: 1, keepLast: 1 },
  { kind: 'shift', days: 30 },
  { kind: 'within', parts: [{ path: 'ssn', method: { kind: 'tokenize' } }] },
]

const combinations = values.flatMap(([type, value]) =>
  methods.map((method) => [method.kind, type, value, method] as const),
)

let cluster: Cluster
let client: Client

beforeAll(async () => {
  cluster = await startTestCluster()
  client = new Client({ connectionString: cluster.url('postgres') })
  await client.connect()
  await client.query(`SET timezone = 'Europe/Berlin'`)
}, 60_000)

afterAll(async () => {
  await client.end()
  await cluster.remove()
})

/** The cell as the target sends it, in one of its formats. */
async function cellOf(type: string, value: string, binary: boolean) {
  const cast = `$1::text::${type}`
  const bytes = binary ? `encode(${binaryForms[type]}(${cast}), 'hex')` : `NULL`
  const { rows } = await client.query<{ cell: string; hex: string | null; oid: number }>({
    text: `SELECT ${cast} AS cell, ${bytes} AS hex, '${type}'::regtype::oid::int AS oid`,
    values: [value],
    types: raw,
  } as never)
  const [row] = rows
  const cell = row?.hex == null ? Buffer.from(row?.cell ?? '') : Buffer.from(row.hex, 'hex')
  return { cell, oid: Number(row?.oid) }
}

/** What the target makes of a masked cell; it refuses one that is no value of the type. */
async function readBack(type: string, shown: Uint8Array | null, binary: boolean) {
  const value = shown === null ? null : binary ? Buffer.from(shown) : Buffer.from(shown).toString()
  const { rows } = await client.query<{ shown: string | null }>({
    text: `SELECT $1::${type}::text AS shown`,
    values: [value],
    types: raw,
  } as never)
  return rows[0]?.shown
}

it.each(combinations)(
  '%s of %s %s is a value of the type, the same in both formats',
  async (...of) => {
    const [, type, value, method] = of
    const plan = { ...emptyPlan, columns: [{ index: 0, rule: 'r', method }] }
    const shown = []
    for (const binary of [false, true]) {
      const { cell, oid } = await cellOf(type, value, binary)
      const format = binary ? ('binary' as const) : ('text' as const)
      const columns = [{ name: 'c', type: oid, table: 0, attribute: 0, format }]
      const masked = compileMasker({ plan, columns, key }).mask(0, cell)
      if (method.kind !== 'within') expect(masked).not.toEqual(cell)
      shown.push(await readBack(type, masked, binary))
      if (binary) continue
      // COPY names no types: the plan does.
      const copied = { ...emptyPlan, columns: [{ index: 0, rule: 'r', method, type: oid }] }
      const untyped = [{ name: '', type: 0, table: 0, attribute: 0, format }]
      expect(compileMasker({ plan: copied, columns: untyped, key }).mask(0, cell)).toEqual(masked)
    }
    expect(shown[0]).toEqual(shown[1])
    expect(String(shown[0])).not.toContain('078-05-1120')
  },
)
