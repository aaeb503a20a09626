#!/usr/bin/env python3
"""Random typed expressions over a small hostile table, answered by real Spark: cases in the golden format.

    V/bin/python test/golden/expr_fuzz.py --out DIR [--n 3000] [--seed 1] [--ansi false] [--names]     # needs pyspark 4.3.0, Java 17
    npm run golden -- --dir DIR --each                                                                 # asks us, expression by expression

One case per 60 expressions, each with its own rows, time zone and ANSI setting. The whole table is evaluated first; if that fails each row is
evaluated on its own and its error condition kept. Rows are LocalRelations, so Spark needs no job for them (its interpreter answers);
--codegen N asks again through generated code for N expressions of each case and says where Spark disagrees with itself. --names keeps the
columns' own names too. What is found is kept as cases in own/, or in differences/ where it stays as it is.
"""
import argparse, importlib.util, json, os, random, sys, time

COLS = {"b": "boolean", "b2": "boolean", "t": "tinyint", "s": "smallint", "i": "int", "j": "int", "l": "bigint", "m": "bigint", "f": "float",
        "d": "double", "e": "double", "dec": "decimal(10,2)", "big": "decimal(38,10)", "str": "string", "u": "string", "bin": "binary",
        "dt": "date", "dt2": "date", "ts": "timestamp", "ts2": "timestamp", "ntz": "timestamp_ntz", "ai": "array<int>", "ai2": "array<int>",
        "sa": "array<string>", "ad": "array<double>", "mp": "map<string,int>", "st": "struct<a:int,b:string>"}
EDGE = {
    "boolean": [True, False],
    "tinyint": [-128, 127, 0, 1, -1, 5], "smallint": [-32768, 32767, 0, 1, -7, 100],
    "int": [-2147483648, 2147483647, 0, 1, -1, 2, 3, 7, 10, 31, 33, 100, 2024, -100],
    "bigint": [-9223372036854775808, 9223372036854775807, 9007199254740993, -9007199254740993, 0, 1, -1, 3, 12, 1709210096, 4294967296],
    "float": ["NaN", "Infinity", "-Infinity", -0.0, 0.0, 1.5, -2.25, 3.4028234663852886e38, 1.401298464324817e-45, 0.10000000149011612, 16777216.0],
    "double": ["NaN", "Infinity", "-Infinity", -0.0, 0.0, 0.1, -2.5, 3.5, 1e300, -1e-300, 4.9e-324, 9007199254740993.0, 1e15, 123456.789, 0.5, 1e7, 0.001],
    "decimal(10,2)": ["99999999.99", "-99999999.99", "0.00", "1.50", "-2.45", "0.01", "12.34", "100.00"],
    "decimal(38,10)": ["9999999999999999999999999999.9999999999", "-1.0000000001", "0.0000000000", "123456789012345678.1234567891", "2.5000000000", "0.0000000001"],
    "string": ["", " ", "abc", "ABC", " abC ", "a,b,,c", "héllo", "e\u0301e", "😀x😀", "ß", "İi", "日本語", "12", "-3.5", "1e3", " 7 ", "007", "2024-02-29", "2024-02-29 12:34:56.789",
               "1899-12-31", "true", "T", "null", "a%b_c", "a.b|c", "x\\y", "NaN", "9223372036854775808", "aaa", "Zürich Straße", "ǅ", "a\tb\nc", "\u0000z"],
    "binary": ["", "AA==", "/wD+", "aGVsbG8="],
    "date": ["1970-01-01", "1969-12-31", "2024-02-29", "2023-03-31", "1582-10-15", "1582-10-04", "0001-01-01", "9999-12-31", "1899-12-31", "2000-02-29", "2026-01-01", "2027-01-03", "1900-03-01"],
    "timestamp": ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2024-03-10T06:59:59.5Z", "2024-03-10T07:00:00Z", "2024-11-03T05:30:00Z", "2024-11-03T06:30:00Z", "2024-03-31T00:59:59.999999Z",
                  "2024-03-31T01:00:00Z", "1883-11-18T17:00:00Z", "1800-06-15T12:00:00.123456Z", "0001-01-02T00:00:00Z", "9999-12-30T23:59:59.999999Z", "2000-02-29T12:00:00.000001Z", "1945-05-24T01:02:03Z"],
    "timestamp_ntz": ["1970-01-01T00:00:00", "2024-03-10T02:30:00", "2024-11-03T01:30:00.123456", "1582-10-10T00:00:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59.999999", "2024-02-29T23:59:59.5"],
}
ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Apia", "+05:30"]


def value(r, t):
    if r.random() < 0.12:
        return None
    if t.startswith("array<"):
        return [value(r, t[6:-1]) for _ in range(r.choice([0, 1, 2, 3, 3]))]
    if t.startswith("map<"):
        return {k: value(r, "int") for k in r.sample(["a", "b", "é", "", "abc"], r.choice([0, 1, 2, 3]))}
    if t.startswith("struct<"):
        return {"a": value(r, "int"), "b": value(r, "string")}
    return r.choice(EDGE[t])


# ---- expressions: type -> templates; {x} is an argument of that type, {x|lit} one that is a literal ------------------------------
LIT = {
    "bool": ["true", "false", "cast(null as boolean)"], "byte": ["1Y", "-128Y", "127Y"], "short": ["3S", "-32768S"],
    "int": ["0", "1", "2", "-1", "3", "5", "10", "2147483647", "-2147483648", "31", "100", "cast(null as int)"],
    "long": ["0L", "1L", "-1L", "9223372036854775807L", "2147483648", "9007199254740993L"], "float": ["1.5F", "cast('NaN' as float)", "0.1F"],
    "double": ["0.1D", "2.5D", "-0.0D", "1e10D", "cast('NaN' as double)", "0D", "1e-5D", "-3.5D", "cast('Infinity' as double)"],
    "dec": ["1.5", "-2.50", "0.001", "99999999999999999999.5", "0.0", "12345.678901BD", "3BD"],
    "str": ["''", "'abc'", "'é'", "'😀'", "'12'", "'a'", "' b '", "'2024-02-29'", "','", "'x'", "'e\\u0301'", "cast(null as string)"],
    "bin": ["X'00FF'", "X''", "cast('abc' as binary)"], "date": ["DATE'2024-02-29'", "DATE'1899-12-31'", "DATE'0001-01-01'"],
    "ts": ["TIMESTAMP'2024-03-10 02:30:00'", "TIMESTAMP'2024-11-03 01:30:00.5'", "TIMESTAMP'1800-01-01 00:00:00'", "TIMESTAMP'2020-06-01 12:00:00Z'"],
    "ntz": ["TIMESTAMP_NTZ'2024-03-10 02:30:00'", "TIMESTAMP_NTZ'1969-12-31 23:59:59.999999'"],
    "ai": ["array(1, 2, null)", "array()", "array(3, 1, 2)", "array(1, 1)"], "sa": ["array('b', 'a', null)", "array('é', 'e')"], "ad": ["array(0D, -0.0D, cast('NaN' as double))"],
    "mp": ["map('a', 1, 'b', null)", "map('k', 2)"], "st": ["named_struct('a', 1, 'b', 'x')"],
    "ym": ["INTERVAL '1' MONTH", "INTERVAL '-13' MONTH", "INTERVAL '2' YEAR"], "dtI": ["INTERVAL '1' DAY", "INTERVAL '-3' HOUR", "INTERVAL '1 02:03:04.5' DAY TO SECOND", "INTERVAL '90' MINUTE"],
    "like": ["'a%'", "'%b%'", "'_'", "'a\\\\%b\\\\_c'", "''", "'%é_'"], "re": ["'a+'", "'[a-z]'", "'^$'", "'\\\\d+'", "'(b|c)'", "'.'", "','"],
    "unit": ["'YEAR'", "'month'", "'week'", "'day'", "'HOUR'", "'quarter'", "'minute'", "'second'", "'millisecond'", "'decade'", "'foo'"],
    "zone": ["'America/New_York'", "'Europe/Berlin'", "'UTC'", "'+02:00'", "'Asia/Kolkata'", "'PST'"],
}
COL = {"bool": ["b", "b2"], "byte": ["t"], "short": ["s"], "int": ["i", "j"], "long": ["l", "m"], "float": ["f"], "double": ["d", "e"], "dec": ["dec", "big"], "str": ["str", "u"], "bin": ["bin"],
       "date": ["dt", "dt2"], "ts": ["ts", "ts2"], "ntz": ["ntz"], "ai": ["ai", "ai2"], "sa": ["sa"], "ad": ["ad"], "mp": ["mp"], "st": ["st"]}
NUM = ["byte", "short", "int", "long", "float", "double", "dec"]
ANY = list(COL)
UNITS = "YEAR QUARTER MONTH WEEK DAY DOW DOY HOUR MINUTE SECOND YEAROFWEEK DAYOFWEEK_ISO".split()
CAST = {"bool": "boolean", "byte": "tinyint", "short": "smallint", "int": "int", "long": "bigint", "float": "float", "double": "double", "dec": None, "str": "string", "bin": "binary", "date": "date", "ts": "timestamp", "ntz": "timestamp_ntz"}

T = {
    "bool": ["{num} = {num}", "{num} < {num}", "{num} >= {num}", "{num} <=> {num}", "{num} != {num}", "{str} = {str}", "{str} < {str}", "{str} = {num}", "{num} > {str}", "{date} = {str}", "{ts} < {str}",
             "{date} < {ts}", "{ntz} >= {date}", "{ts} = {ntz}", "{bool} = {str}", "{bool} and {bool}", "{bool} or {bool}", "not {bool}", "{any} is null", "{any} is not null", "{bool} is true", "{bool} is not false",
             "{num} in ({num}, {num})", "{str} in ({str}, {str}, null)", "{num} between {num} and {num}", "{str} between {str} and {str}", "isnan({num})", "{str} like {like}", "{str} ilike {like}", "{str} not like {like}",
             "{str} rlike {re}", "regexp_like({str}, {re})", "contains({str}, {str})", "startswith({str}, {str})", "endswith({str}, {str})", "contains({bin}, {bin})", "array_contains({ai}, {int})", "array_contains({ai}, {num})", "array_contains({sa}, {str})",
             "exists({ai}, x -> x > {int})", "forall({ai}, x -> x > 0)", "map_contains_key({mp}, {str})", "equal_null({num}, {num})", "{bin} = {bin}", "{bin} < {bin}", "{ai} = {ai}", "{st} = {st}", "{ad} = {ad}", "{ai} < {ai}", "if({bool}, {bool}, {bool})", "coalesce({bool}, {bool})", "{date} != {date}", "{ts} > {ts}",
             "{double} > {double}", "{float} = {double}", "{dec} = {double}", "{long} = {double}", "{dec} < {long}", "isnotnull({any})", "istrue({bool})"],
    "byte": ["cast({int} as tinyint)", "{byte} + {byte}", "{byte} * {byte}", "- {byte}", "{byte} % {byte}", "{byte} div {byte}", "abs({byte})", "getbit({long}, {int|lit})", "~ {byte}", "{byte} & {byte}"],
    "short": ["{short} - {short}", "{byte} + {short}", "abs({short})", "{short} | {short}", "pmod({short}, {byte})"],
    "int": ["{int} + {int}", "{int} - {int}", "{int} * {int}", "{int} % {int}", "pmod({int}, {int})", "- {int}", "abs({int})", "{int} & {int}", "{int} | {int}", "{int} ^ {int}", "~ {int}", "shiftleft({int}, {int})", "shiftright({int}, {int})",
            "shiftrightunsigned({int}, {int})", "{int} << {int}", "{int} >>> {int}", "bit_count({num})", "bit_count({bool})", "length({str})", "length({bin})", "octet_length({str})", "bit_length({str})", "char_length({str})", "ascii({str})", "instr({str}, {str})", "locate({str}, {str})", "locate({str}, {str}, {int})",
            "position({str}, {str}, {int})", "position({str} in {str})", "levenshtein({str}, {str})", "levenshtein({str}, {str}, {int})", "find_in_set({str}, {str})", "year({date})", "month({ts})", "day({date})", "quarter({date})", "dayofyear({date})", "dayofweek({date})", "weekday({date})", "weekofyear({date})",
            "hour({ts})", "minute({ts})", "second({ts})", "hour({ntz})", "datediff({date}, {date})", "datediff({ts}, {date})", "datediff({str}, {date})", "unix_date({date})", "size({ai})", "size({mp})", "array_size({sa})", "element_at({ai}, {int})", "try_element_at({ai}, {int})", "{ai}[{int}]", "get({ai}, {int})",
            "element_at({mp}, {str})", "{mp}[{str}]", "{st}.a", "array_max({ai})", "array_min({ai})", "aggregate({ai}, 0, (acc, x) -> acc + coalesce(x, 0))", "greatest({int}, {int}, {int})", "least({int}, {int})", "if({bool}, {int}, {int})", "case when {bool} then {int} when {bool} then {int} else {int} end", "case {int} when {int} then 1 when {num} then 2 end",
            "coalesce({int}, {int})", "nvl({int}, {int})", "nullif({int}, {int})", "nvl2({any}, {int}, {int})", "nullifzero({int})", "zeroifnull({int})", "round({int}, {int|lit})", "bround({int}, {int|lit})", "signum({int})", "EXTRACT(@ FROM {date})", "EXTRACT(@ FROM {ts})", "date_part('DOW', {date})", "cast({dec} as int)", "cast({str} as int)", "try_cast({str} as int)", "cast({double} as int)", "yearofweek({date})", "dayofweek_iso({date})", "cardinality({mp})", "try_add({int}, {int})", "try_multiply({int}, {int})", "cast({bool} as int)"],
    "long": ["{long} + {long}", "{long} - {long}", "{long} * {long}", "{long} % {long}", "pmod({long}, {int})", "- {long}", "abs({long})", "{int} div {int}", "{long} div {num}", "{dec} div {dec}", "{long} & {long}", "{long} ^ {int}", "shiftleft({long}, {int})", "shiftrightunsigned({long}, {int})", "floor({double})", "ceil({float})", "floor({long})",
             "factorial({int})", "array_position({ai}, {int})", "array_position({sa}, {str})", "unix_seconds({ts})", "unix_millis({ts})", "unix_micros({ts})", "greatest({long}, {int})", "least({long}, {long})", "coalesce({long}, {int})", "cast({ts} as bigint)", "cast({str} as bigint)", "cast({double} as bigint)", "try_cast({str} as bigint)", "cast({dec} as bigint)", "try_add({long}, {long})", "try_subtract({long}, {int})", "try_multiply({long}, {long})", "round({long}, {int|lit})", "{int} + {long}", "unix_timestamp({ts})", "nullif({long}, {int})", "element_at(array({long}, {long}), {int})", "aggregate({ai}, 0L, (acc, x) -> acc + x)"],
    "float": ["cast({double} as float)", "{float} + {float}", "{float} * {int}", "cast({str} as float)", "{float} % {float}", "abs({float})", "- {float}", "round({float}, 1)"],
    "double": ["{double} + {double}", "{double} - {num}", "{double} * {double}", "{double} / {double}", "{int} / {int}", "{num} / {num}", "{double} % {double}", "pmod({double}, {double})", "try_divide({num}, {num})", "try_mod({double}, {double})", "sqrt({num})", "cbrt({double})", "exp({double})", "expm1({double})", "ln({num})", "log10({num})", "log2({double})", "log1p({double})", "log({double}, {double})",
               "pow({num}, {num})", "sin({double})", "cos({double})", "tan({double})", "asin({double})", "acos({double})", "atan({double})", "atan2({double}, {double})", "sinh({double})", "cosh({double})", "tanh({double})", "asinh({double})", "acosh({double})", "atanh({double})", "degrees({double})", "radians({double})", "hypot({double}, {double})", "rint({double})", "signum({double})", "cot({double})", "sec({double})", "csc({double})",
               "round({double}, {int|lit})", "bround({double}, {int|lit})", "abs({double})", "- {double}", "greatest({double}, {double})", "least({double}, {float})", "array_max({ad})", "array_min({ad})", "cast({str} as double)", "try_cast({str} as double)", "cast({dec} as double)", "cast({long} as double)", "cast({float} as double)", "cast({ts} as double)", "coalesce({double}, {int})", "nullif({double}, {double})", "if({bool}, {double}, {int})", "{float} * {double}", "element_at({ad}, {int})"],
    "dec": ["{dec} + {dec}", "{dec} - {dec}", "{dec} * {dec}", "{dec} / {dec}", "{dec} % {dec}", "{dec} + {int}", "{dec} * {long}", "{int} / {dec}", "pmod({dec}, {dec})", "abs({dec})", "- {dec}", "round({dec}, {int|lit})", "bround({dec}, {int|lit})", "floor({dec})", "ceil({dec})", "floor({dec}, {int|lit})", "ceil({double}, {int|lit})", "ceil({int}, {int|lit})", "cast({str} as decimal(10,2))", "cast({double} as decimal(20,5))", "cast({dec} as decimal(5,1))",
            "cast({long} as decimal(18,2))", "cast({int} as decimal(3,0))", "try_cast({dec} as decimal(4,2))", "greatest({dec}, {dec})", "coalesce({dec}, {int})", "if({bool}, {dec}, {int})", "try_add({dec}, {dec})", "try_divide({dec}, {dec})", "EXTRACT(SECOND FROM {ts})", "cast({bool} as decimal(5,2))", "nullif({dec}, {int})", "sum_dec_placeholder"],
    "str": ["{str} || {str}", "{str} || {num}", "concat({str}, {str}, {any})", "concat_ws({str}, {str}, {str})", "concat_ws('-', {sa})", "upper({str})", "lower({str})", "initcap({str})", "trim({str})", "ltrim({str})", "rtrim({str})", "btrim({str}, {str})", "trim(LEADING {str} FROM {str})", "trim(BOTH 'a' FROM {str})", "substring({str}, {int})", "substring({str}, {int}, {int})", "substr({str}, {int}, {int})", "left({str}, {int})", "right({str}, {int})",
            "lpad({str}, {int2}, {str})", "rpad({str}, {int2}, {str})", "repeat({str}, {int3})", "replace({str}, {str}, {str})", "replace({str}, {str})", "reverse({str})", "translate({str}, {str}, {str})", "split_part({str}, {str}, {int})", "split({str}, {re})[0]", "substring_index({str}, {str}, {int})", "overlay({str} placing {str} from {int})", "overlay({str} placing {str} from {int} for {int})", "space({int3})", "chr({long})", "elt({int}, {str}, {str})",
            "hex({int})", "hex({long})", "hex({str})", "hex({bin})", "bin({long})", "cast({any0} as string)", "cast({double} as string)", "cast({float} as string)", "cast({ts} as string)", "cast({date} as string)", "cast({ntz} as string)", "cast({dec} as string)", "cast({ai} as string)", "cast({mp} as string)", "cast({st} as string)", "cast({ad} as string)", "cast({bin} as string)", "coalesce({str}, {str})", "nvl({str}, {int})", "if({bool}, {str}, {int})", "nullif({str}, {str})", "greatest({str}, {str})", "{st}.b", "array_join({sa}, {str})", "array_join({sa}, {str}, 'N')",
            "element_at({sa}, {int})", "array_max({sa})", "to_json({st})", "to_json({mp})", "to_json({sa})", "to_json(named_struct('x', {any0}))", "case when {bool} then {str} end", "typeof({any})", "lcase({str})", "chr({int})"],
    "bin": ["cast({str} as binary)", "{bin} || {bin}", "substring({bin}, {int}, {int})", "lpad({bin}, {int2}, {bin})", "cast({int} as binary)", "reverse({bin})", "left({bin}, {int})", "overlay({bin} placing {bin} from {int})"],
    "date": ["date_add({date}, {int2})", "date_sub({date}, {int2})", "{date} + {int2}", "{date} - {int2}", "add_months({date}, {int2})", "last_day({date})", "trunc({date}, {unit})", "make_date({int}, {int}, {int})", "make_date({short}, 2, 29)", "cast({str} as date)", "try_cast({str} as date)", "to_date({str})", "try_to_date({str})", "cast({ts} as date)", "cast({ntz} as date)", "greatest({date}, {date})", "coalesce({date}, {date})", "{date} + {ym}", "{date} - {ym}", "{date} + INTERVAL '2' DAY", "if({bool}, {date}, {date})", "date({str})", "to_date({ts})"],
    "ts": ["{ts} + {dtI}", "{ts} - {dtI}", "{ts} + {ym}", "{ts} - {ym}", "date_trunc({unit}, {ts})", "date_trunc({unit}, {date})", "cast({str} as timestamp)", "try_cast({str} as timestamp)", "to_timestamp({str})", "try_to_timestamp({str})", "cast({date} as timestamp)", "cast({ntz} as timestamp)", "cast({long} as timestamp)", "cast({double} as timestamp)", "timestamp_seconds({num})", "timestamp_millis({long})", "timestamp_micros({long})", "from_utc_timestamp({ts}, {zone})", "to_utc_timestamp({ts}, {zone})", "greatest({ts}, {ts})", "coalesce({ts}, {date})", "if({bool}, {ts}, {ts})", "{date} + {dtI}", "timestamp({str})"],
    "ntz": ["cast({ts} as timestamp_ntz)", "cast({str} as timestamp_ntz)", "cast({date} as timestamp_ntz)", "to_timestamp_ntz({str})", "{ntz} + {dtI}", "{ntz} + {ym}", "{ntz} - {dtI}", "greatest({ntz}, {ntz})"],
    "ai": ["array({int}, {int})", "array_distinct({ai})", "sort_array({ai})", "sort_array({ai}, false)", "array_sort({ai})", "array_compact({ai})", "array_union({ai}, {ai})", "array_intersect({ai}, {ai})", "array_except({ai}, {ai})", "slice({ai}, {int}, {int})", "array_repeat({int}, {int3})", "reverse({ai})", "flatten(array({ai}, {ai}))", "transform({ai}, x -> x + 1)", "transform({ai}, (x, n) -> x * n)", "filter({ai}, x -> x > {int})", "zip_with({ai}, {ai}, (x, y) -> coalesce(x, y))", "map_values({mp})", "concat({ai}, {ai})", "array_sort({ai}, (x, y) -> case when x < y then 1 when x > y then -1 else 0 end)", "if({bool}, {ai}, {ai})", "cast({sa} as array<int>)", "array({int}, {long})", "array({int}, {str})", "array({dec}, {int})", "array({num}, {num})"],
    "sa": ["split({str}, {re})", "split({str}, {re}, {int})", "split({str}, ',')", "array({str}, {str})", "map_keys({mp})", "array_distinct({sa})", "sort_array({sa})", "array_union({sa}, {sa})", "transform({sa}, x -> upper(x))", "filter({sa}, x -> length(x) > 1)", "array_sort({sa})", "array_except({sa}, {sa})", "cast({ai} as array<string>)", "array_compact({sa})"],
    "ad": ["array_distinct({ad})", "sort_array({ad})", "array_sort({ad})", "array_union({ad}, {ad})", "array({double}, {double})", "cast({ai} as array<double>)", "array_intersect({ad}, {ad})", "array_except({ad}, {ad})"],
    "mp": ["map({str}, {int})", "map_from_arrays({sa}, {ai})", "map('a', {int}, 'b', {int})", "if({bool}, {mp}, {mp})", "cast({mp} as map<string,bigint>)"],
    "st": ["named_struct('a', {int}, 'b', {str})", "struct({int}, {str})", "from_json({str}, 'a INT, b STRING')", "from_json(to_json({st}), 'a INT, b STRING')", "if({bool}, {st}, {st})", "cast({st} as struct<x:bigint,y:string>)"],
}
T["dec"].remove("sum_dec_placeholder")

# ---- the rarer families ---------------------------------------------------------------------------------------------------------------
LIT["pat"] = ["'yyyy-MM-dd'", "'dd/MM/yyyy HH:mm:ss'", "'EEE, d MMM yyyy'", "'yyyy'", "'D'", "'hh:mm a'", "'yyyy-MM-dd''T''HH:mm:ss.SSSXXX'", "'QQQ'", "'G yy'", "'VV'", "'HH:mm:ss.SSSSSS'", "'E e'", "'MMMM'", "'yyyyMMdd'", "'foo'"]
MORE = {
    "bool": ["is_valid_utf8({bin})", "luhn_check({str})", "{str} like any ({like}, {like})", "{str} not like all ({like}, {like})", "arrays_overlap({ai}, {ai})", "{num} not in ({num}, {num})", "{any} <=> {any}", "{bool} is unknown", "{date} in ({date}, {str})", "{ym} > {ym}", "({ts} - {ts}) > {dtI}"],
    "int": ["regexp_count({str}, {re})", "regexp_instr({str}, {re})", "json_array_length({str})", "hash({any}, {any})", "timestampdiff(MONTH, {ts}, {ts})", "timestampdiff(DAY, {ts}, {ts})", "array_size(split({str}, {re}))", "extract(DAY FROM {dtI})", "extract(MONTH FROM {ym})", "size(map_filter({mp}, (k, v) -> v > 0))", "sign({int})", "nvl2({str}, 1, {int})", "decode({int}, {int}, 1, {int}, 2, 3)", "element_at(array_sort({ai}), -1)", "aggregate({ai}, {int}, (a, x) -> greatest(a, x))", "reduce({ai}, 0, (a, x) -> a + coalesce(x, 1), a -> a * 2)"],
    "long": ["xxhash64({any0}, {any0})", "crc32({str})", "unix_timestamp({str})", "to_unix_timestamp({date})", "unix_timestamp({str}, {pat})", "width_bucket({double}, {double}, {double}, {int})", "bitmap_bucket_number({long})", "bitmap_bit_position({int})", "try_cast({str} as bigint) + {int}", "ceil({dec})"],
    "double": ["months_between({date}, {date})", "months_between({ts}, {ts}, false)", "nanvl({double}, {double})", "try_divide({dec}, {int})", "aggregate({ad}, 0D, (a, x) -> a + x)", "{dec} + {double}", "{num} / {str}", "bround({float}, 1)", "{ai}[0] / {int}", "float({str})"],
    "dec": ["to_number({str}, '999D99')", "try_to_number({str}, 'S999D99')", "{dec} div 1", "cast({str} as decimal(38,10))", "try_subtract({dec}, {dec})", "try_multiply({dec}, {dec})", "extract(SECOND FROM {dtI})", "least({dec}, {int})", "array_max(array({dec}, {dec}))", "aggregate(array({dec}), 0.00, (a, x) -> x)"],
    "str": ["regexp_replace({str}, {re}, {str})", "regexp_extract({str}, {re}, 0)", "regexp_substr({str}, {re})", "date_format({ts}, {pat})", "date_format({date}, {pat})", "from_unixtime({long}, {pat})", "format_number({num}, {int|lit})", "format_string('%s|%d', {str}, {int})", "to_char({dec}, '999G999D99')", "to_char({date}, {pat})", "mask({str})", "md5({str})", "sha1({bin})", "sha2({str}, 256)", "base64({bin})", "decode({bin}, 'UTF-8')", "soundex({str})", "conv({str}, 16, 10)", "conv({int}, 10, 2)", "dayname({date})", "monthname({date})", "get_json_object({str}, '$.a')", "to_csv({st})", "url_encode({str})", "try_url_decode({str})", "parse_url({str}, 'HOST')", "to_base32({bin})", "quote({str})",
            "cast({dtI} as string)", "cast({ym} as string)", "cast(({ts} - {ts}) as string)", "to_json(struct({ts}, {dtI}))", "to_json(array({any0}))", "schema_of_json({str})", "array_join(array_sort({sa}), '|')", "aggregate({sa}, '', (a, x) -> a || coalesce(x, '?'))", "typeof({num} + {num})", "typeof({dec} * {dec})", "concat_ws({str}, {sa}, {str})", "element_at({sa}, 1) || {str}", "case {str} when 'a' then 'b' else {str} end", "nvl(nullif({str}, ''), {str})", "stringdecode({str})"],
    "bin": ["to_binary({str}, 'hex')", "try_to_binary({str}, 'base64')", "unhex({str})", "encode({str}, 'UTF-16')", "unbase64({str})", "from_base32({str})", "hmac({bin}, {bin})", "concat({bin}, {bin})", "rpad({bin}, {int2})", "try_to_binary({str}, 'utf-8')"],
    "date": ["next_day({date}, {str})", "next_day({date}, 'Mon')", "date_from_unix_date({int})", "dateadd({date}, {int2})", "make_date(2024, {int3}, {int3})", "to_date({str}, {pat})", "try_to_date({str}, {pat})", "array_max(array({date}, {date}))", "least({date}, {date})", "nullif({date}, {date})", "cast({date} + {dtI} as date)"],
    "ts": ["make_timestamp(2024, {int3}, {int3}, {int3}, {int3}, {dec})", "try_make_timestamp({int}, {int3}, {int3}, {int3}, {int3}, 1.5)", "timestampadd(MONTH, {int2}, {ts})", "timestampadd(HOUR, {int}, {ts})", "to_timestamp({str}, {pat})", "try_to_timestamp({str}, {pat})", "least({ts}, {ts})", "nullif({ts}, {ts})", "try_add({ts}, {dtI})", "to_timestamp_ltz({str})"],
    "ntz": ["convert_timezone({zone}, {zone}, {ntz})", "make_timestamp_ntz(2024, {int3}, {int3}, 1, 1, 1)", "{ntz} - {ym}", "date_trunc({unit}, {ntz})", "to_timestamp_ntz({str}, {pat})"],
    "ai": ["array_append({ai}, {int})", "array_prepend({ai}, {int})", "array_insert({ai}, {int|lit}, {int})", "array_remove({ai}, {int})", "sequence({int3}, {int3})", "filter({ai}, (x, n) -> n > 0)", "map_values(map_filter({mp}, (k, v) -> v > 0))", "transform({ai}, x -> aggregate({ai}, x, (a, b) -> a + coalesce(b, 0)))", "transform(arrays_zip({ai}, {ai2}), x -> x['ai'])", "array_sort({ai}, (x, y) -> coalesce(x, 0) - coalesce(y, 0))", "try_cast({sa} as array<int>)", "array_repeat({ai}[0], 2)"],
    "sa": ["regexp_extract_all({str}, {re}, 0)", "array_append({sa}, {str})", "map_keys(map_filter({mp}, (k, v) -> v is null))", "json_object_keys({str})", "array_insert({sa}, 1, {str})", "array_intersect({sa}, {sa})", "array_remove({sa}, {str})", "transform({sa}, (x, i) -> x || i)", "slice({sa}, {int}, {int})", "map_keys(str_to_map({str}, ',', ':'))", "flatten(sentences({str}))"],
    "ad": ["array_remove({ad}, {double})", "transform({ad}, x -> x * 2)", "filter({ad}, x -> not isnan(x))", "array_insert({ad}, -1, {double})", "array({float}, {double})", "array_repeat({double}, {int3})"],
    "mp": ["map_concat({mp}, {mp})", "transform_values({mp}, (k, v) -> v + 1)", "transform_keys({mp}, (k, v) -> concat(k, 'z'))", "map_filter({mp}, (k, v) -> k > {str})", "map_zip_with({mp}, {mp}, (k, a, b) -> coalesce(a, 0) + coalesce(b, 0))", "map_from_entries(array(struct({str}, {int})))", "from_json(to_json({mp}), 'map<string,int>')", "coalesce({mp}, {mp})"],
    "st": ["from_csv({str}, 'a INT, b STRING')", "array_sort(array({st}, {st}))[0]", "struct({st}.a AS a, {st}.b AS b)", "coalesce({st}, {st})", "from_json({str}, 'a INT, b STRING', map('mode', 'PERMISSIVE'))", "named_struct('a', {ts}, 'b', {dec})"],
    "ivl": ["{ts} - {ts}", "{date} - {date}", "make_dt_interval({int3}, {int3})", "make_ym_interval({int3}, {int3})", "{dtI} * {int}", "{dtI} * {double}", "{ym} / {int}", "{ym} + {ym}", "{dtI} - {dtI}", "- {dtI}", "abs({ym})", "cast({str} as interval day to second)", "cast({int} as interval month)", "{ntz} - {ts}", "greatest({dtI}, {dtI})", "coalesce({ym}, {ym})", "if({bool}, {dtI}, {dtI})", "try_add({ym}, {ym})", "array_max(array({dtI}, {dtI}))", "try_divide({dtI}, {int})", "case when {bool} then {ym} end", "{ts} - {date}", "{date} - {ts}", "element_at(array({dtI}, {dtI}), 1)"],
}
for t, templates in MORE.items():
    T[t] = T.get(t, []) + templates
COL["ai2"] = ["ai2", "ai"]


class Gen:
    def __init__(self, r):
        self.r = r

    def leaf(self, t, literal=False):
        r = self.r
        if t in COL and not literal and r.random() < 0.75:
            return r.choice(COL[t])
        return r.choice(LIT[t])

    def arg(self, t, depth):
        r = self.r
        literal = t.endswith("|lit")
        t = t.removesuffix("|lit")
        if t == "num":
            t = r.choice(NUM)
        if t == "any":
            t = r.choice(ANY)
        if t == "any0":
            t = r.choice([x for x in CAST if x != "bin"])
        if t == "int2":
            return r.choice(["i % 40", "0", "1", "-1", "5", "28", "365", "-400", "cast(t as int)"])
        if t == "int3":
            return r.choice(["0", "1", "2", "-1", "3", "j % 4"])
        if not literal and r.random() < 0.04:
            t = r.choice(ANY)  # a wrong type now and then: coercions and refusals
        if literal or depth <= 0 or t not in T or r.random() < 0.25:
            return self.leaf(t, literal)
        return "(" + self.expr(t, depth - 1) + ")"

    def expr(self, t, depth):
        out, s = "", self.r.choice(T[t]).replace("@", self.r.choice(UNITS))
        while "{" in s:
            a, s = s.split("{", 1)
            name, s = s.split("}", 1)
            out += a + self.arg(name, depth)
        return out + s

    def top(self):
        depth = self.r.choices([0, 1, 2], [0.6, 0.3, 0.1])[0]
        t = self.r.choices(list(T), [len(v) + 6 for v in T.values()])[0]
        return self.expr(t, depth)


def main():
    ap = argparse.ArgumentParser()
    here = os.path.dirname(os.path.abspath(__file__))
    ap.add_argument("--out", required=True)
    ap.add_argument("--n", type=int, default=3000)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--rows", type=int, default=10)
    ap.add_argument("--per-case", type=int, default=60)
    ap.add_argument("--ansi", default="true")
    ap.add_argument("--codegen", type=int, default=0)
    ap.add_argument("--names", action="store_true")
    ap.add_argument("--record", default=os.path.join(here, "record.py"))
    a = ap.parse_args()
    spec = importlib.util.spec_from_file_location("record", a.record)
    rec = importlib.util.module_from_spec(spec)
    sys.modules["record"] = rec
    spec.loader.exec_module(rec)
    rec.TO_JSON_OPTS = {**rec.TO_JSON_OPTS, "timeZone": "UTC"}
    os.makedirs(rec.TMP, exist_ok=True)
    os.makedirs(a.out, exist_ok=True)
    H = rec.Harness().start()
    from pyspark.sql import DataFrame
    spark = H.spark

    def local(df):  # the same rows as a LocalRelation: evaluated by the optimizer, without a job
        return DataFrame(spark._jsparkSession.createDataFrame(df._jdf.collectAsList(), df._jdf.schema()), spark)

    ddl = ", ".join(f"`{c}` {t}" for c, t in COLS.items())
    t0, done, selfdiff = time.time(), 0, 0
    while done < a.n:
        k = done // a.per_case
        r = random.Random(f"{a.seed}-{k}")
        conf = {"spark.sql.session.timeZone": ZONES[k % len(ZONES)], "spark.sql.ansi.enabled": a.ansi}
        rows = [{c: value(r, t) for c, t in COLS.items()} for _ in range(a.rows)]
        rows = [{c: v for c, v in row.items() if v is not None} for row in rows]
        exprs, g = [], Gen(r)
        while len(exprs) < min(a.per_case, a.n - done):
            x = g.top()
            if x not in exprs:
                exprs.append(x)
        case = {"name": f"fuzz-{a.seed}-{k:03d}", "area": "fuzz", "kind": "expression", "description": "random expressions", "sparkVersion": spark.version, "inputs": {"t": {"schema": COLS, "rows": rows}}, "conf": conf, "expressions": []}
        with H.with_conf(conf):
            table = H.static_df(COLS, rows)
            whole = local(table)
            singles = {}
            for n, x in enumerate(exprs):
                out = {"sql": x}
                try:
                    o = whole.selectExpr(x + " AS `result`")
                    out["type"], out["nullable"] = o.schema.fields[0].dataType.simpleString(), o.schema.fields[0].nullable
                    if a.names:
                        out["name"] = whole.selectExpr(x).columns[0]
                except Exception as e:
                    er = rec.err_of(e)
                    out["analysisError"] = {q: er.get(q) for q in ("class", "condition", "sqlState", "message")}
                    case["expressions"].append(out)
                    continue
                try:
                    out["results"] = [v["result"] for v in rec.rows_of(o)]
                    assert len(out["results"]) == len(rows)
                except Exception:
                    out["results"], out["errors"] = [], []
                    for i in range(len(rows)):
                        if i not in singles:
                            singles[i] = local(H.static_df(COLS, [rows[i]]))
                        try:
                            out["results"].append(rec.rows_of(singles[i].selectExpr(x + " AS `result`"))[0]["result"])
                            out["errors"].append(None)
                        except Exception as e2:
                            er = rec.err_of(e2)
                            out["results"].append(None)
                            out["errors"].append({q: er.get(q) for q in ("class", "condition", "sqlState", "message")})
                if n < a.codegen and "errors" not in out:
                    again = [v["result"] for v in rec.rows_of(table.selectExpr(x + " AS `result`"))]
                    if repr(again) != repr(out["results"]):
                        selfdiff += 1
                        print("Spark's two evaluators differ:", x, again, out["results"])
                case["expressions"].append(out)
        with open(os.path.join(a.out, case["name"] + ".json"), "w") as f:
            f.write(rec.dump_case(case))
        done += len(exprs)
        print(f"{done} expressions, {time.time() - t0:.0f} s", flush=True)
    if a.codegen:
        print("Spark against itself:", selfdiff, "differences")


if __name__ == "__main__":
    main()
