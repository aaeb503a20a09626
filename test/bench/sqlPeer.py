# DuckDB beside the bench of SQL: one thread. Reads a JSON line {"folder", "query", "format"}, answers {"seconds", "rows"}.
import json
import sys
import time

import duckdb

types = {
    "id": "BIGINT", "customer": "BIGINT", "product": "BIGINT", "day": "DATE", "quantity": "INTEGER", "price": "DOUBLE", "status": "VARCHAR",
}  # fmt: skip
connection = duckdb.connect()
connection.execute("SET threads = 1")
connection.execute("SET preserve_insertion_order = false")
print(json.dumps({"version": duckdb.__version__}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    folder = asked["folder"]
    for name in ("customers", "products"):
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}/*.parquet')")
    if asked["format"] == "parquet":
        source = f"read_parquet('{folder}/parquet/*.parquet')"
    else:
        source = f"read_json('{folder}/json/*.json', format = 'newline_delimited', columns = {json.dumps(types)})"
    connection.execute(f"CREATE OR REPLACE VIEW o AS SELECT * FROM {source}")
    started = time.perf_counter()
    rows = connection.execute(asked["query"]).fetchall()
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "rows": [[str(v) if hasattr(v, "isoformat") else v for v in row] for row in rows]}), flush=True)
