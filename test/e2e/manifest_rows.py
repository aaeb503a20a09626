"""Reads a folder of the file sink as a stranger would: the files that _spark_metadata lists, by pyarrow. Prints the rows as JSON."""

import json
import pathlib
import re
import sys
import urllib.parse

import pyarrow as pa
import pyarrow.parquet as pq


def listed_files(folder):
    """The files of the newest compact entry and of all entries after it."""
    names = [p.name for p in (folder / "_spark_metadata").iterdir() if re.fullmatch(r"\d+(\.compact)?", p.name)]
    compact = max((int(n.split(".")[0]) for n in names if n.endswith(".compact")), default=-1)
    newest = max(int(n.split(".")[0]) for n in names)
    entries = [f"{compact}.compact"] if compact >= 0 else []
    entries += [str(n) for n in range(compact + 1, newest + 1)]
    for entry in entries:
        version, *lines = (folder / "_spark_metadata" / entry).read_text().split("\n")
        assert version == "v1", version
        for line in lines:
            status = json.loads(line)
            path = pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(status["path"]).path))
            assert path.stat().st_size == status["size"], path
            yield path


folder = pathlib.Path(sys.argv[1])
files = list(listed_files(folder))
assert len(files) == len(set(files)), "a file is listed twice"
table = pa.concat_tables([pq.read_table(f, partitioning=None) for f in files])
rows = [
    {
        "startMs": row["window"]["start"].timestamp() * 1000,
        "sensorId": row["sensorId"],
        "n": row["n"],
        "clicks": row["clicks"],
        "mean": row["mean"],
        "coldest": row["coldest"],
        "hottest": row["hottest"],
    }
    for row in table.to_pylist()
]
stray = len(set(folder.glob("*.parquet")) - set(files))
print(json.dumps({"rows": rows, "schema": str(table.schema), "stray": stray}))
