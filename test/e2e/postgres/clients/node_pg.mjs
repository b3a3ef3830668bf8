import pg from 'pg'

const table = process.env.SCENARIO_TABLE
const client = new pg.Client()
const notices = []
client.on('notice', (notice) => notices.push(notice.message))
await client.connect()
const seen = {}
await client.query(`DROP TABLE IF EXISTS ${table}`)
await client.query(`CREATE TABLE ${table} (id int PRIMARY KEY, name text, body jsonb, raw bytea)`)
for (let id = 0; id < 20; id += 1) {
  await client.query({
    name: 'insert',
    text: `INSERT INTO ${table} VALUES ($1, $2, $3, $4)`,
    values: [id, `n${id}`, { id }, Buffer.from([id, 255])],
  })
}
seen.rows = (await client.query(`SELECT * FROM ${table} ORDER BY id LIMIT 3`)).rows
seen.multi = (await client.query('SELECT 1 AS a; SELECT 2 AS b; SELECT 3 AS c')).map(
  ({ rows }) => rows,
)
seen.binary = (await client.query({ text: 'SELECT $1::int4 AS n', values: [7], binary: true })).rows
seen.errors = []
for (const text of ['SELECT 1/0', 'SELEC', 'SELECT * FROM missing_table', 'SELECT $1::int']) {
  await client.query(text).catch((error) => seen.errors.push([error.code, error.message]))
}
seen.queued = (
  await Promise.all(Array.from({ length: 30 }, (_, n) => client.query('SELECT $1::int AS n', [n])))
).map(({ rows }) => rows[0].n)
seen.empty = (await client.query('')).rows
seen.large = (await client.query("SELECT repeat('x', 3000000) AS big")).rows[0].big.length
await client.query(`DROP TABLE ${table}`)
await client.end()
console.log(JSON.stringify({ ...seen, notices }))
