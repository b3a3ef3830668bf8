import postgres from 'postgres'

const { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, SCENARIO_TABLE } = process.env
const notices = []
const sql = postgres({
  host: PGHOST,
  port: Number(PGPORT),
  user: PGUSER,
  password: PGPASSWORD,
  database: PGDATABASE,
  max: 3,
  onnotice: (notice) => notices.push(notice.message),
})
const table = sql(SCENARIO_TABLE)
const seen = {}
await sql`DROP TABLE IF EXISTS ${table}`
await sql`CREATE TABLE ${table} (id int PRIMARY KEY, name text, body jsonb, tags text[])`
await sql`INSERT INTO ${table} ${sql(Array.from({ length: 50 }, (_, id) => ({ id, name: `n${id}`, body: sql.json({ id }), tags: ['a', 'b'] })))}`
seen.rows = await sql`SELECT * FROM ${table} WHERE id < ${3} ORDER BY id`
seen.parallel = (
  await Promise.all(Array.from({ length: 40 }, (_, n) => sql`SELECT ${n}::int AS n`))
).map(([row]) => row.n)
seen.cursor = []
await sql`SELECT id FROM ${table} ORDER BY id`.cursor(20, (rows) => {
  seen.cursor.push(rows.length)
})
seen.transaction = await sql.begin(async (t) => {
  await t`UPDATE ${table} SET name = 'x' WHERE id = 1`
  return t`SELECT name FROM ${table} WHERE id = 1`
})
seen.errors = []
for (const text of ['SELECT 1/0', 'SELEC', 'SELECT * FROM missing_table']) {
  await sql.unsafe(text).catch((error) => seen.errors.push([error.code, error.message]))
}
const heard = new Promise((done) =>
  sql
    .listen('channel_of_postgres_js', done)
    .then(() => sql.notify('channel_of_postgres_js', 'hello')),
)
seen.heard = await heard
const readable = await sql`COPY (SELECT id FROM ${table} ORDER BY id LIMIT 5) TO STDOUT`.readable()
seen.copy = ''
for await (const chunk of readable) seen.copy += chunk
await sql`DROP TABLE ${table}`
await sql.end()
console.log(JSON.stringify({ ...seen, notices }))
