import asyncio
import io

import asyncpg

from common import CREATE, DATABASE, HOST, PASSWORD, PORT, ROW, TABLE, USER, show


async def main():
    seen = {}
    c = await asyncpg.connect(host=HOST, port=PORT, user=USER, password=PASSWORD, database=DATABASE)
    await c.execute(f"DROP TABLE IF EXISTS {TABLE}")
    await c.execute(CREATE)
    await c.execute(f"INSERT INTO {TABLE} VALUES ({','.join(f'${n + 1}' for n in range(12))})", *ROW)
    seen["row"] = [list(row.values()) for row in await c.fetch(f"SELECT * FROM {TABLE}")]
    statement = await c.prepare("SELECT $1::int + 1 AS next")
    seen["prepared"] = [await statement.fetchval(number) for number in range(10)]
    seen["attributes"] = [(a.name, a.type.name) for a in statement.get_attributes()]
    await c.executemany(f"INSERT INTO {TABLE} (id, name) VALUES ($1, $2)", [(n, f"n{n}") for n in range(2, 400)])
    await c.copy_records_to_table(TABLE, records=[(n, f"c{n}") for n in range(400, 500)], columns=["id", "name"])
    out = io.BytesIO()
    seen["copy status"] = await c.copy_from_query(f"SELECT id, name FROM {TABLE} ORDER BY id", output=out)
    seen["copy bytes"] = len(out.getvalue())
    async with c.transaction():
        seen["cursor"] = [row["id"] async for row in c.cursor(f"SELECT id FROM {TABLE} ORDER BY id LIMIT 60", prefetch=7)]
    errors = []
    for query, args in (("SELECT 1/0", ()), ("SELEC", ()), ("SELECT * FROM missing_table", ()), ("SELECT $1::int / 0", (1,))):
        try:
            await c.fetch(query, *args)
        except asyncpg.PostgresError as error:
            errors.append([error.sqlstate, error.message])
    seen["errors"] = errors
    await c.execute(f"CREATE TYPE {TABLE}_mood AS ENUM ('sad', 'ok')")
    seen["enum"] = await c.fetchval(f"SELECT 'ok'::{TABLE}_mood")
    seen["composite"] = await c.fetchval("SELECT ROW(1, 'x'::text, NULL::int)")
    await c.execute(f"DROP TYPE {TABLE}_mood")
    await c.execute(f"DROP TABLE {TABLE}")
    await c.close()
    pool = await asyncpg.create_pool(
        host=HOST, port=PORT, user=USER, password=PASSWORD, database=DATABASE, min_size=2, max_size=4
    )
    seen["pool"] = sorted(await asyncio.gather(*(pool.fetchval("SELECT $1::int", number) for number in range(30))))
    await pool.close()
    show(seen)


asyncio.run(main())
