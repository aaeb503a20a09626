"""What pyarrow makes of a Parquet file: its schema as text, and its rows as JSON, exact values as text."""

import base64
import datetime
import decimal
import json
import sys

import pyarrow.parquet as pq


def plain(value):
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


table = pq.read_table(sys.argv[1], partitioning=None)
rows = [plain(row) for row in table.to_pylist()]
schema = {field.name: str(field.type) for field in table.schema}
print(json.dumps({"schema": schema, "rows": rows}))
