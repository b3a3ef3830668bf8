"""What the Python clients share: where to connect, and how to print what was seen."""

import datetime
import decimal
import json
import os
import uuid

TABLE = os.environ["SCENARIO_TABLE"]
HOST, PORT = os.environ["PGHOST"], int(os.environ["PGPORT"])
USER, PASSWORD, DATABASE = os.environ["PGUSER"], os.environ["PGPASSWORD"], os.environ["PGDATABASE"]

CREATE = f"""CREATE TABLE {TABLE} (
  id int PRIMARY KEY, name text, amount numeric(12,2), at timestamptz, day date, ok bool, tags text[], body jsonb,
  raw bytea, big bigint, ratio float8, key uuid)"""

ROW = (
    1, "Grüße, 'quoted' \\ and ☃", decimal.Decimal("12345.67"),
    datetime.datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc), datetime.date(2026, 2, 3), True,
    ["a", "b,c", None], '{"a": [1, 2, {"b": null}]}', b"\x00\x01\xff", 2**62, 0.1, uuid.UUID(int=7),
)


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def show(document):
    print(json.dumps(plain(document), sort_keys=True))
