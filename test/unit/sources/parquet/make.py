#!/usr/bin/env python3
"""Makes the Parquet files of this folder with pyarrow and Polars, and asks Apache Spark what they hold: `spark.json`.

    python3 -m venv V && V/bin/pip install pyspark==4.3.0 pyarrow polars
    V/bin/python make.py            # from this folder

`types-*.parquet` have a column for every type of the writer; each is read as Spark infers it and as each of many other types.
The other files have one layout each (encodings, pages, codecs, row groups), and are read as Spark infers them.
"""
import datetime as dt, decimal, json, os, sys, tempfile

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../golden"))
D = decimal.Decimal
UTC = dt.timezone.utc


def path(name):
    return os.path.join(HERE, name)


def write(name, table, **options):
    pq.write_table(table, path(name), **{"compression": "none", "write_statistics": True, **options})


# ---------------------------------------------------------------------------------- types
def arrow_columns():
    times = [dt.time(1, 2, 3, 456789), None, dt.time(23, 59, 59)]
    stamps = [dt.datetime(2024, 1, 2, 3, 4, 5), None, dt.datetime(1969, 12, 31, 23, 59, 58)]
    texts = ["a", None, "zwölf"]
    bytes3 = [b"a", None, b"\xff\x00"]
    yield "bool", pa.array([True, None, False])
    for bits in (8, 16, 32, 64):
        yield f"i{bits}", pa.array([2 ** (bits - 1) - 1, None, -(2 ** (bits - 1))], getattr(pa, f"int{bits}")())
        yield f"u{bits}", pa.array([2 ** bits - 1, None, 1], getattr(pa, f"uint{bits}")())
        yield f"small_i{bits}", pa.array([5, None, -7], getattr(pa, f"int{bits}")())
        yield f"small_u{bits}", pa.array([5, None, 7], getattr(pa, f"uint{bits}")())
    import numpy as np
    yield "f16", pa.array([np.float16(1.5), None, np.float16(-0.25)], pa.float16())
    yield "f32", pa.array([1.5, None, float("nan")], pa.float32())
    yield "f64", pa.array([0.1, None, float("-inf")], pa.float64())
    yield "string", pa.array(texts, pa.string())
    yield "large_string", pa.array(texts, pa.large_string())
    yield "string_view", pa.array(texts, pa.string_view())
    yield "binary", pa.array(bytes3, pa.binary())
    yield "large_binary", pa.array(bytes3, pa.large_binary())
    yield "binary_view", pa.array(bytes3, pa.binary_view())
    yield "fixed_binary", pa.array([b"abcd", None, b"wxyz"], pa.binary(4))
    yield "dec32", pa.array([D("12345.67"), None, D("-0.01")], pa.decimal32(7, 2))
    yield "dec64", pa.array([D("123456789012.345"), None, D("-0.001")], pa.decimal64(15, 3))
    yield "dec128_9", pa.array([D("1234567.89"), None, D("-0.01")], pa.decimal128(9, 2))
    yield "dec128", pa.array([D("1234567890123456.7890"), None, D("-0.0001")], pa.decimal128(20, 4))
    yield "dec256", pa.array([D("1234567890123456.7890"), None, D("-0.0001")], pa.decimal256(30, 4))
    yield "date32", pa.array([dt.date(2024, 2, 29), None, dt.date(1969, 12, 31)], pa.date32())
    yield "date64", pa.array([dt.date(2024, 2, 29), None, dt.date(1969, 12, 31)], pa.date64())
    whole = [dt.time(1, 2, 3), None, dt.time(23, 59, 59)]
    milli = [dt.time(1, 2, 3, 456000), None, dt.time(23, 59, 59)]
    yield "time_s", pa.array(whole, pa.time32("s"))
    yield "time_ms", pa.array(milli, pa.time32("ms"))
    yield "time_us", pa.array(times, pa.time64("us"))
    yield "time_ns", pa.array(times, pa.time64("ns"))
    for unit in ("s", "ms", "us", "ns"):
        yield f"ts_{unit}", pa.array(stamps, pa.timestamp(unit))
        yield f"ts_{unit}_utc", pa.array(stamps, pa.timestamp(unit, "UTC"))
        yield f"ts_{unit}_berlin", pa.array(stamps, pa.timestamp(unit, "Europe/Berlin"))
    yield "duration", pa.array([dt.timedelta(seconds=5), None, dt.timedelta(days=-1)], pa.duration("us"))
    yield "dict_large_string", pa.DictionaryArray.from_arrays(pa.array([1, None, 0], pa.int8()), pa.array(["x", "y"], pa.large_string()))
    yield "dict_string", pa.DictionaryArray.from_arrays(pa.array([1, None, 0], pa.int32()), pa.array(["x", "y"]))
    yield "dict_i64", pa.DictionaryArray.from_arrays(pa.array([1, None, 0], pa.int32()), pa.array([10, 20]))
    yield "list", pa.array([[1, None], None, []], pa.list_(pa.int32()))
    yield "large_list", pa.array([["a", None], None, []], pa.large_list(pa.large_string()))
    yield "fixed_list", pa.array([[1, 2], None, [3, None]], pa.list_(pa.int64(), 2))
    yield "list_of_dict", pa.array([["a", "b"], None, ["a"]], pa.list_(pa.string())).cast(pa.list_(pa.dictionary(pa.int32(), pa.string())))
    yield "nested_list", pa.array([[[1], []], None, [None]], pa.large_list(pa.list_(pa.int16())))
    struct = pa.struct([("a", pa.int32()), ("b", pa.large_string()), ("c", pa.struct([("d", pa.date32())]))])
    yield "struct", pa.array([{"a": 1, "b": "x", "c": {"d": dt.date(2024, 1, 1)}}, None, {"a": None, "b": None, "c": None}], struct)
    yield "list_of_struct", pa.array([[{"a": 1}, None], None, []], pa.list_(pa.struct([("a", pa.int64())])))
    yield "map", pa.array([[("k", 1), ("l", None)], None, []], pa.map_(pa.string(), pa.int32()))
    yield "map_large", pa.array([[("k", ["v"])], None, []], pa.map_(pa.large_string(), pa.large_list(pa.string_view())))
    yield "map_of_struct", pa.array([[(1, {"a": D("1.50")})], None, []], pa.map_(pa.int64(), pa.struct([("a", pa.decimal32(5, 2))])))
    yield "nothing", pa.nulls(3)


def write_types():
    columns = dict(arrow_columns())
    write("types-arrow.parquet", pa.table(columns), store_schema=True)
    write("types-int96.parquet", pa.table({"int96": columns["ts_us"], "int96_utc": columns["ts_us_utc"]}), use_deprecated_int96_timestamps=True)
    pl.DataFrame({
        "string": ["a", None, "zwölf"],
        "binary": [b"a", None, b"\xff"],
        "i8": pl.Series([1, None, -1], dtype=pl.Int8),
        "i64": pl.Series([1, None, -1], dtype=pl.Int64),
        "u8": pl.Series([255, None, 1], dtype=pl.UInt8),
        "u16": pl.Series([65535, None, 1], dtype=pl.UInt16),
        "u32": pl.Series([4294967295, None, 1], dtype=pl.UInt32),
        "u64": pl.Series([18446744073709551615, None, 1], dtype=pl.UInt64),
        "f32": pl.Series([1.5, None, -0.0], dtype=pl.Float32),
        "f64": pl.Series([1.5, None, -0.0], dtype=pl.Float64),
        "bool": [True, None, False],
        "date": [dt.date(2024, 2, 29), None, dt.date(1969, 12, 31)],
        "time": [dt.time(1, 2, 3, 456789), None, dt.time(0)],
        "datetime_ms": pl.Series([dt.datetime(2024, 1, 2, 3, 4, 5), None, None], dtype=pl.Datetime("ms")),
        "datetime_us": pl.Series([dt.datetime(2024, 1, 2, 3, 4, 5), None, None], dtype=pl.Datetime("us")),
        "datetime_ns": pl.Series([dt.datetime(2024, 1, 2, 3, 4, 5), None, None], dtype=pl.Datetime("ns")),
        "datetime_utc": pl.Series([dt.datetime(2024, 1, 2, 3, 4, 5), None, None], dtype=pl.Datetime("us", "UTC")),
        "duration": pl.Series([dt.timedelta(1), None, None], dtype=pl.Duration("us")),
        "decimal": pl.Series([D("1.50"), None, D("-2.25")], dtype=pl.Decimal(10, 2)),
        "decimal_wide": pl.Series([D("1.50"), None, D("-2.25")], dtype=pl.Decimal(38, 2)),
        "categorical": pl.Series(["x", None, "y"], dtype=pl.Categorical),
        "enum": pl.Series(["x", None, "y"], dtype=pl.Enum(["x", "y"])),
        "list": pl.Series([["a", None], None, []], dtype=pl.List(pl.String)),
        "array": pl.Series([[1, 2], None, [3, 4]], dtype=pl.Array(pl.Int32, 2)),
        "struct": pl.Series([{"a": 1, "b": "x"}, None, {"a": None, "b": None}], dtype=pl.Struct({"a": pl.Int64, "b": pl.String})),
        "list_of_struct": pl.Series([[{"a": "x"}], None, []], dtype=pl.List(pl.Struct({"a": pl.String}))),
        "nothing": pl.Series([None, None, None], dtype=pl.Null),
    }).write_parquet(path("types-polars.parquet"), compression="uncompressed")


# --------------------------------------------------------------------------------- layouts
def write_layouts():
    n = 40
    flat = pa.table({
        "i": pa.array([i - 20 for i in range(n)], pa.int32()),
        "l": pa.array([None if i % 7 == 0 else i * 10_000_000_000 for i in range(n)], pa.int64()),
        "f": pa.array([i / 8 for i in range(n)], pa.float32()),
        "d": pa.array([None if i % 5 == 0 else i / 7 for i in range(n)], pa.float64()),
        "s": pa.array([None if i % 11 == 0 else f"text-{i // 3}" for i in range(n)], pa.large_string()),
        "x": pa.array([bytes([i, 255 - i]) for i in range(n)], pa.binary(2)),
        "t": pa.array([1_700_000_000_000_000 + i for i in range(n)], pa.timestamp("us", "UTC")),
        "list": pa.array([None if i % 9 == 0 else list(range(i % 4)) for i in range(n)], pa.large_list(pa.int32())),
        "b": pa.array([i % 3 == 0 for i in range(n)]),
    })
    plain = {"use_dictionary": False}
    write("layout-v1.parquet", flat, version="1.0", data_page_version="1.0")
    write("layout-v2-pages.parquet", flat, data_page_version="2.0", compression="snappy")
    write("layout-v2-pages-zstd.parquet", flat, data_page_version="2.0", compression="zstd")
    delta = {"i": "DELTA_BINARY_PACKED", "l": "DELTA_BINARY_PACKED", "s": "DELTA_BYTE_ARRAY", "t": "DELTA_BINARY_PACKED", "list.list.element": "DELTA_BINARY_PACKED"}
    write("layout-delta.parquet", flat, column_encoding=delta, data_page_version="2.0", **plain)
    write("layout-delta-length.parquet", flat, column_encoding={"s": "DELTA_LENGTH_BYTE_ARRAY"}, **plain)
    split = {c: "BYTE_STREAM_SPLIT" for c in ("i", "l", "f", "d", "x")}
    write("layout-byte-stream-split.parquet", flat, column_encoding=split, **plain)
    write("layout-row-groups.parquet", flat, row_group_size=3, compression="snappy")
    write("layout-small-pages.parquet", flat, data_page_size=16, write_batch_size=4, write_page_index=True, write_page_checksum=True)
    write("layout-no-statistics.parquet", flat, write_statistics=False, store_schema=False)
    write("layout-empty.parquet", flat.slice(0, 0))
    pq.ParquetWriter(path("layout-no-row-groups.parquet"), flat.schema).close()
    required = pa.schema([pa.field(f.name, f.type, nullable=False) for f in flat.schema if f.name in "ifxtb"])
    write("layout-required.parquet", flat.select(required.names).cast(required))
    for codec in ("snappy", "gzip", "zstd", "lz4", "brotli"):
        write(f"codec-{codec}.parquet", flat, compression=codec)
        if codec != "brotli":
            pl.from_arrow(flat).write_parquet(path(f"codec-polars-{codec}.parquet"), compression="lz4" if codec == "lz4" else codec, row_group_size=17)


# ------------------------------------------------------------------------------------ Spark
WANTED = ["boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(5,2)", "decimal(10,0)", "decimal(12,2)", "decimal(20,0)",
          "decimal(22,2)", "decimal(38,6)", "string", "binary", "date", "timestamp", "timestamp_ntz"]
# A day beyond the calendar has no form to compare.
FAR = [t for t in WANTED if t not in ("date", "timestamp_ntz")]
NESTED = {
    "i32": FAR,
    "u32": FAR,
    "struct": ["struct<zz:int>", "struct<b:string>", "struct<c:struct<zz:int>>", "struct<a:bigint,c:struct<d:timestamp_ntz>>", "struct<A:int>", "string", "map<string,int>"],
    "list_of_struct": ["array<struct<zz:int>>", "array<struct<a:decimal(20,0)>>", "array<int>", "array<struct<a:int>>"],
    "list": ["array<bigint>", "array<double>", "array<string>", "array<decimal(10,0)>", "string", "array<array<int>>"],
    "large_list": ["array<binary>", "array<int>"],
    "map": ["map<string,bigint>", "map<string,string>", "array<string>"],
    "map_of_struct": ["map<bigint,struct<zz:int>>", "map<bigint,struct<a:decimal(7,3)>>"],
    "nested_list": ["array<array<int>>", "array<array<bigint>>"],
}


def condition_of(error):
    import record
    found = record.err_of(error)
    return found["condition"] or found["class"]


def inferred(spark, name, columns):
    """Spark infers no column of a file where it cannot infer each: every column is asked for in a file of its own."""
    cases = []
    for column in columns:
        with tempfile.NamedTemporaryFile(suffix=".parquet") as one:
            if name == "types-polars.parquet":
                pl.read_parquet(path(name), columns=[column]).write_parquet(one.name)
            elif name == "types-int96.parquet":
                pq.write_table(pq.read_table(path(name), columns=[column]), one.name, use_deprecated_int96_timestamps=True)
            else:
                pq.write_table(pq.read_table(path(name), columns=[column]), one.name)
            case = ask(spark, one.name, [column], lambda c: [None])[0]
            cases.append({**case, "file": name})
    return cases


def ask(spark, name, columns, wanted_of):
    import record
    cases = []
    for column in columns:
        for wanted in wanted_of(column):
            case = {"file": name, "column": column, "wanted": wanted}
            try:
                reader = spark.read if wanted is None else spark.read.schema(f"`{column}` {wanted}")
                df = reader.parquet(path(name))
                df = df if column is None else df.select(column)
                rows = record.rows_of(df)
                case["schema"] = record.schema_list(df.schema)
                case["rows"] = [list(row.values()) for row in rows]
            except Exception as error:
                case["condition"] = condition_of(error)
            cases.append(case)
    return cases


def main():
    write_types()
    write_layouts()
    import record
    spark = record.Harness().start().spark
    cases = []
    for name in sorted(os.listdir(HERE)):
        if not name.endswith(".parquet"):
            continue
        if name.startswith("types-"):
            columns = pq.read_schema(path(name)).names
            wide = name != "types-polars.parquet"
            cases += inferred(spark, name, columns)
            if wide:
                cases += ask(spark, name, columns, lambda c: NESTED.get(c, WANTED))
        else:
            cases += ask(spark, name, [None], lambda c: [None])
    spark.stop()
    with open(path("spark.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
    print(len(cases), "cases")


main()
