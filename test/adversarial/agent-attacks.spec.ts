import type { Client } from 'pg'
import { connectDirectly } from '../support/governed-client'
import { RawSession, say } from '../support/raw-session'
import { sharedInstance } from '../support/shared-instance'

jest.setTimeout(120_000)

const card = 'card_number'
const reversed = 'select reverse(card_number) from customers where id = 1'
const harmless = 'select name from customers where id = 1'

/** What a prompt-injected agent tries with a valid token: technique, then the bytes it sends. */
const statements: readonly (readonly [technique: string, sql: string])[] = [
  ['the column', 'select card_number, national_id, email from customers where id = 1'],
  ['a star', 'select * from customers where id = 1'],
  ['TABLE', 'table customers limit 1'],
  ['ONLY and comments', `select "${card}" /* x */ from only customers where id = 1`],
  ['an escaped identifier', 'select U&"c\\0061rd_number" from customers where id = 1'],
  ['column aliases of a table', 'select t.x from customers as t(a,b,c,d,e,x) where a = 1'],
  ['a field of a row', 'select (c).card_number from customers c where id = 1'],
  ['functional notation', 'select card_number(c) from customers c where id = 1'],
  ['a row as text', 'select c::text from customers c where id = 1'],
  ['a row constructor', 'select row(c.*) from customers c where id = 1'],
  ['format()', "select format('%s', c) from customers c where id = 1"],
  ['a view', 'select pan from customer_cards where customer_id = 1'],
  ['a view, reversed', 'select reverse(pan) from customer_cards where customer_id = 1'],
  ['reverse()', reversed],
  ['hex', "select encode(card_number::bytea, 'hex') from customers where id = 1"],
  ['base64', "select encode(card_number::bytea, 'base64') from customers where id = 1"],
  [
    'translate()',
    "select translate(card_number, '0123456789', 'abcdefghij') from customers where id = 1",
  ],
  ['a digest', 'select md5(card_number), sha256(card_number::bytea) from customers where id = 1'],
  ['pieces', 'select left(card_number, 8), right(card_number, 8) from customers where id = 1'],
  ['an array', 'select array(select card_number from customers where id = 1)'],
  ['unnest', 'select unnest(array[card_number]) from customers where id = 1'],
  [
    'letters',
    'select array_agg(ascii(substr(card_number, g, 1))) from customers, generate_series(1, 16) g where id = 1',
  ],
  ['json', 'select to_jsonb(c) from customers c where id = 1'],
  ['json paths', "select to_jsonb(c) #>> '{card_number}' from customers c where id = 1"],
  ['JSON_OBJECT', "select json_object('a': card_number) from customers where id = 1"],
  [
    'JSON_TABLE',
    "select x from json_table((select to_jsonb(c) from customers c where id = 1), '$' columns (x text path '$.card_number')) j",
  ],
  [
    'json_to_recordset',
    'select x.* from json_to_recordset((select json_agg(c) from customers c where id = 1)) as x(card_number text)',
  ],
  [
    'xml',
    'select xmlelement(name x, card_number), xmlforest(card_number) from customers where id = 1',
  ],
  [
    'XMLTABLE',
    "select * from xmltable('/x' passing (select xmlelement(name x, card_number) from customers where id = 1) columns y text path '.') q",
  ],
  [
    'query_to_xml',
    "select query_to_xml('select card_number from customers where id = 1', true, true, '')",
  ],
  [
    'a recursive query',
    'with recursive r as (select card_number c, 1 n from customers where id = 1 union all select reverse(c), n + 1 from r where n < 3) select c from r',
  ],
  ['LATERAL', 'select l.x from customers c, lateral (select c.card_number as x) l where c.id = 1'],
  [
    'UNION',
    'select name from customers where id = 1 union select card_number from customers where id = 1',
  ],
  ['VALUES', 'values ((select card_number from customers where id = 1))'],
  ['a window', 'select first_value(card_number) over (order by id) from customers where id = 1'],
  [
    'an ordered-set aggregate',
    'select percentile_disc(0.5) within group (order by card_number) from customers where id = 1',
  ],
  ['string_agg', "select string_agg(card_number, ',') from customers where id = 1"],
  ['COPY', 'copy (select card_number from customers where id = 1) to stdout'],
  ['COPY of the table', 'copy customers to stdout'],
  [
    'binary COPY',
    'copy (select card_number from customers where id = 1) to stdout (format binary)',
  ],
  ['COPY to a program', "copy customers to program 'cat'"],
  ['a cast that fails', 'select card_number::int from customers where id = 1'],
  ['a cast to a table name', 'select card_number::regclass from customers where id = 1'],
  [
    'a cast to a quoted name',
    `select ('"' || card_number || '"')::regclass from customers where id = 1`,
  ],
  ['a cast to a type name', "select ('t' || card_number)::regtype from customers where id = 1"],
  ['a cast to a role name', "select ('r' || card_number)::regrole from customers where id = 1"],
  ['a setting by name', 'select current_setting(card_number) from customers where id = 1'],
  [
    'a database by name',
    "select has_database_privilege(card_number, 'connect') from customers where id = 1",
  ],
  [
    'a table by name',
    "select has_table_privilege(card_number, 'select') from customers where id = 1",
  ],
  ['a time zone by name', 'select timezone(card_number, now()) from customers where id = 1'],
  ['an encoding by name', "select convert_to('x', card_number) from customers where id = 1"],
  ['broken xml', "select xmlparse(content '<' || card_number) from customers where id = 1"],
  ['broken json', "select json(card_number || 'x') from customers where id = 1"],
  [
    'error info',
    "select * from pg_input_error_info((select card_number from customers where id = 1), 'int')",
  ],
  [
    'a notice',
    "do $$ begin raise notice '%', (select card_number from customers where id = 1); end $$",
  ],
  [
    'debug messages',
    'set client_min_messages = debug5; select card_number from customers where id = 1',
  ],
  [
    'EXPLAIN',
    "explain (analyze, verbose) select card_number from customers where card_number > '4'",
  ],
  ['statistics', "select * from pg_stats where tablename = 'customers'"],
  ['raw statistics', 'select * from pg_statistic'],
  ['activity', 'select query from pg_stat_activity'],
  ['a large object', 'select lo_from_bytea(0, card_number::bytea) from customers where id = 1'],
  [
    'a setting',
    "select set_config('a.b', card_number, false) from customers where id = 1; select current_setting('a.b')",
  ],
  ['a notification', "select pg_notify('x', card_number) from customers where id = 1"],
  ['a temporary table', 'create temp table mine as select card_number from customers'],
  ['SELECT INTO', 'select card_number into mine from customers'],
  ['a cursor', `begin; declare c cursor for ${reversed}; fetch all from c; commit`],
  ['a cursor WITH HOLD', `begin; declare c cursor with hold for ${reversed}; commit; fetch all c`],
  [
    'a cursor that fails at COMMIT',
    'begin; declare c cursor with hold for select card_number::regclass from customers where id = 1; commit',
  ],
  ['PREPARE and EXECUTE', `prepare p as ${reversed}; execute p`],
  ['EXPLAIN EXECUTE', `prepare p as ${reversed}; explain (analyze, verbose) execute p`],
  ['secrets', 'select * from secrets'],
  ['a file', "select pg_read_file('postgresql.conf')"],
  ['passwords', 'select * from pg_authid'],
  [
    'another encoding',
    "set client_encoding = 'UTF16'; select card_number from customers where id = 1",
  ],
  [
    'other strings',
    'set standard_conforming_strings = off; select card_number from customers where id = 1',
  ],
  ['another role', 'set role postgres; select card_number from customers where id = 1'],
]

/** Each of these would answer a question about a masked value: it must look the same for right and wrong guesses. */
const questions: readonly (readonly [technique: string, right: string, wrong: string])[] = [
  [
    'a condition',
    "select id from customers where id = 1 and card_number like '4%'",
    "select id from customers where id = 1 and card_number like '5%'",
  ],
  [
    'NULL from a pattern',
    "select substring(card_number from '^4') from customers where id = 1",
    "select substring(card_number from '^5') from customers where id = 1",
  ],
  [
    'NULLIF',
    "select nullif(left(card_number, 1), '4') from customers where id = 1",
    "select nullif(left(card_number, 1), '5') from customers where id = 1",
  ],
  [
    'a json key',
    `select '{"4":1}'::jsonb -> left(card_number, 1) from customers where id = 1`,
    `select '{"5":1}'::jsonb -> left(card_number, 1) from customers where id = 1`,
  ],
  [
    'an array index',
    'select (array[1])[left(card_number, 1)::int - 3] from customers where id = 1',
    'select (array[1])[left(card_number, 1)::int - 4] from customers where id = 1',
  ],
  [
    'division by zero',
    'select 1 / (ascii(card_number) - 52) from customers where id = 1',
    'select 1 / (ascii(card_number) - 53) from customers where id = 1',
  ],
  [
    'overflow',
    'select card_number::bigint * 100 from customers where id = 1',
    'select card_number::bigint * 100000 from customers where id = 1',
  ],
  [
    'a cast',
    "select replace(left(card_number, 1), '4', 'x')::int from customers where id = 1",
    "select replace(left(card_number, 1), '5', 'x')::int from customers where id = 1",
  ],
  [
    'the number of rows',
    "select unnest(string_to_array(card_number, '0')) from customers where id = 1",
    "select unnest(string_to_array(card_number, 'x')) from customers where id = 1",
  ],
  [
    'LIMIT',
    'select id from orders order by id limit (select ascii(card_number) - 52 from customers where id = 1)',
    'select id from orders order by id limit (select ascii(card_number) - 51 from customers where id = 1)',
  ],
  [
    'a join',
    "select v.x from customers join (values ('4')) v(x) on v.x = left(card_number, 1) where id = 1",
    "select v.x from customers join (values ('5')) v(x) on v.x = left(card_number, 1) where id = 1",
  ],
  [
    'EXCEPT',
    "select '4' except select left(card_number, 1) from customers where id = 1",
    "select '5' except select left(card_number, 1) from customers where id = 1",
  ],
  [
    'a hypothetical rank',
    "select rank('3') within group (order by card_number) from customers where id = 1",
    "select rank('5') within group (order by card_number) from customers where id = 1",
  ],
  [
    'NULL of a json path',
    `select jsonb_path_query_first(to_jsonb(card_number), '$ ? (@ starts with "4")') from customers where id = 1`,
    `select jsonb_path_query_first(to_jsonb(card_number), '$ ? (@ starts with "5")') from customers where id = 1`,
  ],
]

/** Changes that nobody approved; each may be held or refused, never run. */
const changes: readonly (readonly [technique: string, sql: string])[] = [
  ['DELETE', 'delete from payments where id = 2'],
  ['behind a SELECT', 'select 1; delete from payments where id = 2'],
  [
    'in a common table expression',
    'with d as (delete from payments where id = 2 returning *) select * from d',
  ],
  ['EXPLAIN ANALYZE', 'explain analyze delete from payments where id = 2'],
  ['a partition', 'delete from payments_2025 where id = 2'],
  [
    'ON CONFLICT',
    "insert into secrets values ('smtp', 'x') on conflict (name) do update set value = 'y'",
  ],
  ['MERGE', 'merge into orders o using (select 1 as i) s on o.id = s.i when matched then delete'],
  ['a function', 'select cancel_order(1)'],
  ['DO', 'do $$ begin delete from payments where id = 2; end $$'],
  ['a trigger', 'create trigger t after insert on orders execute function cancel_order()'],
  ['DROP', 'drop table orders'],
  ['TRUNCATE', 'truncate payments'],
  ['COPY FROM', 'copy payments from stdin'],
  ['a comment that hides', 'select 1 /* ; */ ; /* */ delete from payments where id = 2 --'],
  ['an updatable view', "update customer_contacts set name = 'x' where id = 1"],
]

let direct: Client
let token: string
let forbidden: readonly string[]
let before: string

async function stateOfTarget(): Promise<string> {
  const tables = ['customers', 'orders', 'payments', 'secrets']
  const hashes = tables.map(
    (table) => `(select md5(string_agg(t::text, '|' order by t::text)) from ${table} t)`,
  )
  const catalog = "(select string_agg(relname, ',' order by oid) from pg_class where oid >= 16384)"
  const { rows } = await direct.query<{ state: string }>(
    `select concat_ws('/', ${[...hashes, catalog].join(', ')}) as state`,
  )
  return rows[0]?.state ?? ''
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const backwards = Array.from(value).reverse().join('')
  const forms = [
    value,
    backwards,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
  ]
  return [
    ...forms,
    ...forms.map((form) => form.toUpperCase()),
    ...forms.map((form) => form.toLowerCase()),
  ]
}

async function bytesFor(...messages: readonly Buffer[]): Promise<string> {
  const session = await RawSession.open(sharedInstance, token)
  try {
    for (const bytes of messages) await session.send(bytes)
    return session.received.toString('latin1')
  } finally {
    session.close()
  }
}

function expectNothingRaw(received: string): void {
  expect(received).not.toBe('')
  expect(forbidden.length).toBeGreaterThan(20)
  expect(forbidden.filter((form) => received.includes(form))).toEqual([])
}

/** What the client can tell one answer from another by: everything but ids and times of the operation. */
function distinguishable(received: string): string {
  return received.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '')
}

beforeAll(async () => {
  direct = await connectDirectly(sharedInstance)
  token = await sharedInstance.token('aiAgent')
  before = await stateOfTarget()
  const { rows } = await direct.query<Record<string, string>>(
    'select card_number, national_id, email from customers where id = 1',
  )
  const [touched = {}] = rows
  forbidden = Object.values(touched).flatMap(formsOf)
})

afterAll(() => direct.end())

describe('an agent that wants masked values', () => {
  it.each(statements)('gets none by %s, simple protocol', async (_technique, sql) => {
    expectNothingRaw(await bytesFor(say.query(sql)))
  })

  it.each(statements.filter(([, sql]) => !sql.includes(';')))(
    'gets none by %s, extended protocol in binary',
    async (_technique, sql) => {
      const pipeline = [say.parse('', sql), say.bind('', '', 1), say.execute(''), say.sync()]
      expectNothingRaw(await bytesFor(Buffer.concat(pipeline)))
    },
  )

  it.each([
    [
      'SQL PREPARE under a protocol name',
      [
        say.query(`prepare x as ${reversed}`),
        Buffer.concat([say.bind('', 'x'), say.execute(''), say.sync()]),
      ],
    ],
    [
      'a name deallocated and prepared anew',
      [
        Buffer.concat([say.parse('x', harmless), say.sync()]),
        say.query('deallocate x'),
        say.query(`prepare x as ${reversed}`),
        Buffer.concat([say.bind('', 'x'), say.execute(''), say.sync()]),
      ],
    ],
    [
      'DISCARD ALL in between',
      [
        Buffer.concat([say.parse('x', harmless), say.sync()]),
        say.query('discard all'),
        say.query(`prepare x as ${reversed}`),
        Buffer.concat([say.bind('', 'x'), say.execute(''), say.sync()]),
      ],
    ],
    [
      'a cursor as a portal',
      [
        say.query('begin'),
        say.query(`declare c cursor for ${reversed}`),
        Buffer.concat([say.execute('c'), say.sync()]),
      ],
    ],
    [
      'a portal replaced by a cursor',
      [
        say.query('begin'),
        Buffer.concat([say.parse('s', harmless), say.bind('p', 's'), say.sync()]),
        say.query('close p'),
        say.query(`declare p cursor for ${reversed}`),
        Buffer.concat([say.execute('p'), say.sync()]),
      ],
    ],
    [
      'FETCH from a portal',
      [
        say.query('begin'),
        Buffer.concat([say.parse('s', reversed), say.bind('p', 's'), say.sync()]),
        say.query('fetch all p'),
      ],
    ],
    [
      'EXECUTE of a protocol name',
      [Buffer.concat([say.parse('s', reversed), say.sync()]), say.query('execute s')],
    ],
    [
      'partial reads',
      [
        Buffer.concat([
          say.parse(
            's',
            'select card_number, reverse(card_number) from customers where id < 5 order by id',
          ),
          say.bind('p', 's'),
          say.execute('p', 1),
          say.execute('p', 2),
          say.execute('p', 0),
          say.sync(),
        ]),
      ],
    ],
    [
      'a second Parse of one name',
      [
        Buffer.concat([say.parse('s', harmless), say.parse('s', reversed), say.sync()]),
        Buffer.concat([say.bind('', 's'), say.execute(''), say.sync()]),
      ],
    ],
    [
      'a cursor that fails at COMMIT, message by message',
      [
        say.query('begin'),
        say.query(
          'declare c cursor with hold for select card_number::regclass from customers where id = 1',
        ),
        say.query('commit'),
      ],
    ],
    ['a call by number', [say.call(1598)]],
  ])('gets none by %s', async (_technique, messages) => {
    expectNothingRaw(await bytesFor(...messages))
  })

  it('gets no verdict of another literal: ORDER BY 1, then 2', async () => {
    const sql = (position: number) =>
      say.query(`select id, card_number from customers order by ${position} limit 1`)
    expect(await bytesFor(sql(1))).toContain('SELECT 1')
    expect(await bytesFor(sql(2))).toContain('used to order rows')
  })
})

describe('an agent that guesses', () => {
  it.each(questions)('learns nothing by %s', async (_technique, right, wrong) => {
    const [one, other] = [await bytesFor(say.query(right)), await bytesFor(say.query(wrong))]
    expect(distinguishable(one)).toBe(distinguishable(other))
    expectNothingRaw(one)
  })
})

describe('an agent that wants to change something', () => {
  it.each(changes)('does not by %s', async (_technique, sql) => {
    const received = await bytesFor(say.query(sql))
    expect(received).toMatch(/waiting for approval|ERR_POLICY_DENIED/)
  })

  it.each(changes.slice(0, 5))('does not by %s behind Parse', async (_technique, sql) => {
    const parse = Buffer.concat([say.parse('x', sql.replace('select 1; ', '')), say.sync()])
    expect(await bytesFor(parse, say.query('execute x'))).toMatch(
      /waiting for approval|ERR_POLICY_DENIED/,
    )
  })

  it('stays answerable while another sends what stalls a parser', async () => {
    for (const unit of ['/*', '/**/', '+-', '(', 'not ', 'select(']) {
      const received = await bytesFor(say.query(`select ${unit.repeat(900_000 / unit.length)} 1`))
      expect(received).toContain('ERR_POLICY_DENIED')
    }
    expect(await bytesFor(say.query(harmless))).toContain('SELECT 1')
  })

  it('has changed nothing', async () => {
    expect(await stateOfTarget()).toBe(before)
  })
})
