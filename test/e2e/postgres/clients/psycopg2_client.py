import io

import psycopg2
import psycopg2.extras

from common import CREATE, DATABASE, HOST, PASSWORD, PORT, ROW, TABLE, USER, show

psycopg2.extras.register_uuid()
seen = {}
c = psycopg2.connect(host=HOST, port=PORT, user=USER, password=PASSWORD, dbname=DATABASE)
cursor = c.cursor()
cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
cursor.execute(CREATE)
cursor.execute(f"INSERT INTO {TABLE} VALUES ({','.join(['%s'] * 12)})", ROW)
c.commit()
cursor.execute(f"SELECT * FROM {TABLE}")
seen["row"] = cursor.fetchall()
seen["columns"] = [(column.name, column.type_code) for column in cursor.description]
psycopg2.extras.execute_values(cursor, f"INSERT INTO {TABLE} (id, name) VALUES %s", [(n, f"n{n}") for n in range(2, 300)])
seen["count"] = cursor.rowcount
c.rollback()
cursor.execute("SELECT 1; SELECT 2")
seen["multi"] = cursor.fetchall()
cursor.copy_expert(f"COPY {TABLE} (id, name) FROM STDIN WITH CSV", io.StringIO('2,"a, b"\n3,c\n'))
out = io.StringIO()
cursor.copy_expert(f"COPY {TABLE} (id, name) TO STDOUT WITH CSV HEADER", out)
seen["csv"] = out.getvalue()
c.commit()
errors = []
for statement in ("SELECT 1/0", "SELEC", "SELECT * FROM missing_table"):
    try:
        cursor.execute(statement)
    except psycopg2.Error as error:
        errors.append([error.pgcode, error.diag.message_primary])
        c.rollback()
seen["errors"] = errors
named = c.cursor(name="named")
named.itersize = 2
named.execute(f"SELECT id FROM {TABLE} ORDER BY id")
seen["named"] = [row[0] for row in named]
named.close()
cursor.execute(f"DROP TABLE {TABLE}")
c.commit()
c.close()
show(seen)
