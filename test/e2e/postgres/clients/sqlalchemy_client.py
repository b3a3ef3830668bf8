from sqlalchemy import Column, Index, Integer, MetaData, String, Table, create_engine, func, inspect, select, URL

from common import DATABASE, HOST, PASSWORD, PORT, TABLE, USER, show

seen = {}
for driver in ("psycopg2", "psycopg"):
    url = URL.create(f"postgresql+{driver}", USER, PASSWORD, HOST, PORT, DATABASE)
    engine = create_engine(url, pool_pre_ping=True)
    metadata = MetaData()
    table = Table(TABLE, metadata, Column("id", Integer, primary_key=True), Column("name", String(40), nullable=False))
    Index(f"{TABLE}_by_name", table.c.name)
    metadata.drop_all(engine)
    metadata.create_all(engine)
    with engine.begin() as c:
        c.execute(table.insert(), [{"id": n, "name": f"n{n}"} for n in range(50)])
        seen[f"{driver} returning"] = [tuple(r) for r in c.execute(table.update().where(table.c.id < 3).values(name="u").returning(table.c.id))]
    with engine.connect() as c:
        seen[f"{driver} count"] = c.execute(select(func.count()).select_from(table)).scalar_one()
    inspector = inspect(engine)
    seen[f"{driver} columns"] = [(column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(TABLE)]
    seen[f"{driver} indexes"] = [(index["name"], index["column_names"]) for index in inspector.get_indexes(TABLE)]
    seen[f"{driver} keys"] = inspector.get_pk_constraint(TABLE)["constrained_columns"]
    seen[f"{driver} views"] = sorted(inspector.get_view_names())
    reflected = MetaData()
    reflected.reflect(engine, only=["customers", "orders"])
    seen[f"{driver} reflected"] = {name: [c.name for c in t.columns] for name, t in reflected.tables.items()}
    metadata.drop_all(engine)
    engine.dispose()
show(seen)
