import psycopg

from common import CREATE, DATABASE, HOST, PASSWORD, PORT, ROW, TABLE, USER, show

seen = {}
notices = []
with psycopg.connect(host=HOST, port=PORT, user=USER, password=PASSWORD, dbname=DATABASE, autocommit=True) as c:
    c.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    c.execute(f"DROP TABLE IF EXISTS {TABLE}")
    c.execute(CREATE)
    c.execute(f"INSERT INTO {TABLE} VALUES ({','.join(['%s'] * 12)})", ROW)
    for binary in (False, True):
        cursor = c.cursor(binary=binary)
        seen[f"row binary={binary}"] = cursor.execute(f"SELECT * FROM {TABLE}").fetchall()
    with c.pipeline():
        cursors = [c.execute("SELECT %s::int", (number,)) for number in range(20)]
        seen["pipeline"] = [cursor.fetchone()[0] for cursor in cursors]
    seen["prepared"] = [c.execute("SELECT %s::text || 'x'", (str(n),), prepare=True).fetchone()[0] for n in range(8)]
    with c.cursor().copy(f"COPY {TABLE} (id, name) FROM STDIN") as copy:
        for number in range(2, 500):
            copy.write_row((number, f"row {number}\twith tab"))
    with c.cursor().copy(f"COPY (SELECT id, name FROM {TABLE} ORDER BY id) TO STDOUT") as copy:
        data = b"".join(bytes(chunk) for chunk in copy)
    seen["copy out"] = [len(data), data[-40:].decode()]
    with c.cursor().copy(f"COPY (SELECT id FROM {TABLE} WHERE id < 4 ORDER BY id) TO STDOUT (FORMAT binary)") as copy:
        seen["copy binary"] = b"".join(bytes(chunk) for chunk in copy).hex()
    errors = []
    for statement in ("SELECT 1/0", "SELEC", "SELECT * FROM missing_table", f"INSERT INTO {TABLE} (id) VALUES (1)"):
        try:
            c.execute(statement)
        except psycopg.Error as error:
            errors.append([error.sqlstate, error.diag.message_primary, error.diag.constraint_name])
    seen["errors"] = errors
    with c.transaction():
        c.execute(f"UPDATE {TABLE} SET name = 'changed' WHERE id = 2")
        try:
            with c.transaction():
                c.execute("SELECT 1/0")
        except psycopg.Error:
            pass
    seen["savepoint"] = c.execute(f"SELECT name FROM {TABLE} WHERE id = 2").fetchone()
    with c.transaction():
        cursor = c.cursor(name="server_side")
        cursor.execute(f"SELECT id FROM {TABLE} ORDER BY id")
        seen["cursor"] = [cursor.fetchmany(3), cursor.fetchmany(2)]
        cursor.close()
    c.execute("LISTEN channel_of_scenario")
    c.execute("NOTIFY channel_of_scenario, 'hello'")
    seen["notification"] = [(n.channel, n.payload) for n in c.notifies(timeout=5, stop_after=1)]
    c.execute("DO $$ BEGIN RAISE NOTICE 'from the server'; END $$")
    seen["info"] = [c.info.parameter_status(name) for name in ("server_version", "client_encoding", "integer_datetimes")]
    c.execute(f"DROP TABLE {TABLE}")
seen["notices"] = notices
show(seen)
