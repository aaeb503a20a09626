"""What Spark says of streaming queries, for record.py: accepted or refused, by which condition. Pairs of operators drawn at random, in every output
mode, and what is only said in SQL.

    SEED=1 N=160 V/bin/python test/golden/record.py test/golden/refusals.py --out DIR
"""
import os, random
from record import P, S, T, q

ROWS = {"ts": "timestamp", "k": "string", "v": "int"}
WINDOW, HOP = "window(ts, '5 seconds')", "window(ts, '10 seconds', '5 seconds')"


class Frame:
    """A plan, and which of the columns that operators ask for it still has."""
    def __init__(self, plan, *columns):
        self.plan, self.columns = plan, columns

    def has(self, *columns):
        return all(c in self.columns for c in columns)


class Maker:
    def __init__(self, r):
        self.r, self.inputs, self.static = r, {}, {}

    def stream(self, watermark=0.75, prefix=""):
        name = f"s{len(self.inputs)}"
        self.inputs[name] = ROWS
        plan = S(name)
        if prefix:
            plan = plan.select(*[f"{c} AS {prefix}{c}" for c in ROWS])
        return plan.wm(prefix + "ts", self.r.choice(["0 seconds", "5 seconds"])) if self.r.random() < watermark else plan

    def table(self):
        self.static["d"] = ({"dk": "string", "name": "string"}, [{"dk": "a", "name": "one"}])
        return T("d")

    # -- operators: each gives a Frame, or None where its columns are gone -------------------------
    def agg(self, f):
        r = self.r
        kind = r.choice(["window", "window", "hop", "key", "global", "session", "again", "time", "distinct", "collect"])
        keys = ["k"] if f.has("k") and r.random() < 0.5 else []
        counts = ["count(*) AS v"]
        if kind == "again":
            return Frame(f.plan.agg([f"window({r.choice(['w', 'window_time(w)'])}, '20 seconds') AS w", *keys], counts), "w", "v", *keys) if f.has("w") else None
        if kind == "key":
            return Frame(f.plan.agg(["k"], counts), "k", "v") if f.has("k") else None
        if kind == "global":
            return Frame(f.plan.agg([], counts), "v")
        if not f.has("ts"):
            return Frame(f.plan.agg(["w", *keys], counts), "w", "v", *keys) if f.has("w") else None
        if kind == "time":
            return Frame(f.plan.agg(["ts", *keys], counts), "ts", "v", *keys)
        if kind == "session":
            return Frame(f.plan.agg(["session_window(ts, '5 seconds') AS w", *keys], counts), "w", "v", *keys)
        if kind == "distinct":
            return Frame(f.plan.agg([f"{WINDOW} AS w"], [r.choice(["count(DISTINCT v) AS v", "sum(DISTINCT v) AS v", "approx_count_distinct(v) AS v"])]), "w", "v") if f.has("v") else None
        if kind == "collect":
            return Frame(f.plan.agg([f"{HOP} AS w"], ["collect_set(v) AS v"]), "w", "v") if f.has("v") else None
        return Frame(f.plan.agg([f"{WINDOW if kind == 'window' else HOP} AS w", *keys], counts), "w", "v", *keys)

    def dedup(self, f):
        return Frame(f.plan.dedup(self.r.choice([None, [f.columns[0]], list(f.columns)[:2], ["k"] if f.has("k") else None])), *f.columns)

    def dedupw(self, f):
        return Frame(f.plan.dedupw(self.r.choice([None, [f.columns[-1]]])), *f.columns)

    def distinct(self, f):
        return Frame(f.plan.distinct(), *f.columns)

    def limit(self, f):
        return Frame(f.plan.limit(5), *f.columns)

    def offset(self, f):
        return Frame(f.plan.offset(2), *f.columns)

    def sort(self, f):
        return Frame(f.plan.sort(f.columns[-1]), *f.columns)

    def sort_within(self, f):
        return Frame(f.plan.raw("sortWithinPartitions", f".sortWithinPartitions({q(f.columns[-1])})", exprs=[f.columns[-1]]), *f.columns)

    def sample(self, f):
        return Frame(f.plan.raw("sample", ".sample(0.5)"), *f.columns)

    def repartition(self, f):
        return Frame(f.plan.raw("repartition", ".repartition(2)"), *f.columns)

    def project(self, f):
        kept = [c for c in f.columns if c in ("ts", "w", "k") and self.r.random() < 0.8] or [f.columns[0]]
        return Frame(f.plan.select(*kept, self.r.choice(["1 AS one", "uuid() AS u", "monotonically_increasing_id() AS id", "rand() AS r"] if self.r.random() < 0.3 else ["1 AS one"])), *kept)

    def lost_time(self, f):
        return Frame(f.plan.select("ts + INTERVAL '1' SECOND AS ts", *[c for c in f.columns if c != "ts"]), *f.columns) if f.has("ts") else None

    def watermark(self, f):
        r = self.r
        column = "ts" if f.has("ts") else "w" if f.has("w") and r.random() < 0.5 else None
        return Frame(f.plan.wm(column, "1 second"), *f.columns) if column else None

    def over(self, f):
        return Frame(f.plan.with_("n", f"row_number() OVER (PARTITION BY {f.columns[-1]} ORDER BY {f.columns[0]})"), *f.columns)

    def union(self, f):
        other = self.stream()
        if self.r.random() < 0.25:
            self.static["u"] = (ROWS, [])
            other = T("u")
        return Frame(f.plan.union(other), *f.columns) if f.columns == ("ts", "k", "v") else Frame(f.plan.union(f.plan), *f.columns)

    def set_operation(self, f):
        name = self.r.choice(["intersect", "subtract", "exceptAll", "intersectAll"])
        if f.columns != ("ts", "k", "v"):
            return Frame(f.plan.set_op(name, f.plan), *f.columns)
        self.static["u"] = (ROWS, [])
        other = self.r.choice([self.stream(), T("u")])
        return Frame(*((f.plan.set_op(name, other),) if self.r.random() < 0.7 else (other.set_op(name, f.plan),)), *f.columns)

    def join_static(self, f):
        if not f.has("k"):
            return None
        how = self.r.choice(["inner", "left_outer", "right_outer", "full_outer", "left_semi", "left_anti", "cross"])
        if how == "cross":
            return Frame(f.plan.join(self.table(), "k IS NOT NULL", "inner"), *f.columns)
        if self.r.random() < 0.3:
            return Frame(self.table().join(f.plan, "k = dk", how), *(("dk",) if how in ("left_semi", "left_anti") else f.columns))
        return Frame(f.plan.join(self.table(), "k = dk", how), *f.columns)

    def join(self, f):
        r = self.r
        how = r.choice(["inner", "inner", "left_outer", "right_outer", "full_outer", "left_semi", "left_anti"])
        prefix = "abcdefgh"[len(self.inputs)]
        other = self.stream(prefix=prefix)
        equal = [f"k = {prefix}k"] if f.has("k") else [f"v = {prefix}v"] if f.has("v") else []
        if r.random() < 0.07:
            equal = ["1 = 1"]
        if f.has("ts") and r.random() < 0.75:
            equal.append(r.choice([f"{prefix}ts BETWEEN ts AND ts + INTERVAL 5 SECONDS", f"{prefix}ts >= ts - INTERVAL 3 SECONDS AND {prefix}ts <= ts", f"{prefix}ts >= ts", f"{prefix}ts = ts"]))
        elif f.has("w") and r.random() < 0.75:
            other, equal = other.with_(prefix + "w", f"window({prefix}ts, '5 seconds')"), [*equal[:1], f"w = {prefix}w"]
        if not equal:
            return None
        return Frame(f.plan.join(other, " AND ".join(equal), how), *f.columns)


OPERATORS = {"agg": 6, "dedup": 2, "dedupw": 2, "distinct": 1, "limit": 2, "offset": 1, "sort": 2, "sort_within": 1, "sample": 1, "repartition": 1, "project": 1,
             "lost_time": 1, "watermark": 2, "over": 1, "union": 2, "set_operation": 2, "join_static": 2, "join": 5}


def drawn(n, seed):
    """(maker, plan, names) of a query of one to three operators."""
    r = random.Random(f"refusal-{seed}-{n}")
    while True:
        maker = Maker(r)
        frame, names = Frame(maker.stream(), "ts", "k", "v"), []
        for _ in range(r.choice([1, 2, 2, 2, 3])):
            name = r.choices(list(OPERATORS), list(OPERATORS.values()))[0]
            frame = getattr(maker, name)(frame)
            if frame is None:
                break
            names.append(name)
        if frame is not None:
            return maker, frame.plan, names, r


W = 'window(ts, "5 seconds")'
SQL = [
    "SELECT * FROM s WHERE v > (SELECT max(v) FROM s)", "SELECT * FROM s WHERE k IN (SELECT dk FROM d)", "SELECT * FROM s WHERE k NOT IN (SELECT dk FROM d)",
    "SELECT * FROM s WHERE k IN (SELECT k FROM s)", "SELECT * FROM s WHERE EXISTS (SELECT 1 FROM d WHERE dk = k)", "SELECT * FROM s WHERE NOT EXISTS (SELECT 1 FROM d WHERE dk = k)",
    "SELECT * FROM d WHERE EXISTS (SELECT 1 FROM s WHERE dk = k)", "SELECT *, (SELECT max(name) FROM d) AS m FROM s", "SELECT *, (SELECT max(name) FROM d WHERE dk = k) AS m FROM s",
    "SELECT k FROM s INTERSECT SELECT dk FROM d", "SELECT k FROM s EXCEPT SELECT dk FROM d", "SELECT dk FROM d EXCEPT SELECT k FROM s", "SELECT k FROM s EXCEPT ALL SELECT dk FROM d",
    "SELECT k FROM s UNION SELECT dk FROM d", "SELECT k FROM s UNION ALL SELECT dk FROM d", "SELECT k FROM s UNION SELECT k FROM s", "SELECT DISTINCT k FROM s",
    "SELECT k FROM s ORDER BY k", "SELECT k FROM s SORT BY k", "SELECT k FROM s LIMIT 3", "SELECT k FROM s ORDER BY k LIMIT 3", "SELECT k FROM s LIMIT 3 OFFSET 1",
    "SELECT k, count(*) FROM s GROUP BY k", "SELECT k, count(*) FROM s GROUP BY k HAVING count(*) > 1", "SELECT k, count(*) FROM s GROUP BY k ORDER BY 2", "SELECT k, count(*) FROM s GROUP BY k ORDER BY 2 LIMIT 3",
    "SELECT k, v, count(*) FROM s GROUP BY CUBE(k, v)", "SELECT k, count(*) FROM s GROUP BY ROLLUP(k)", f"SELECT {W}, k, count(*) FROM s GROUP BY GROUPING SETS (({W}, k), ({W}))",
    f"SELECT {W} w, k, count(*) FROM s GROUP BY {W}, k WITH ROLLUP", f"SELECT {W} w, count(DISTINCT v) FROM s GROUP BY {W}", f"SELECT {W} w, count(DISTINCT v), sum(v) FROM s GROUP BY {W}",
    f"SELECT {W} w, count(*) n FROM s GROUP BY {W} ORDER BY n", f"SELECT max(n) FROM (SELECT {W} w, count(*) n FROM s GROUP BY {W})",
    "SELECT v, row_number() OVER (ORDER BY ts) FROM s", "SELECT v, sum(v) OVER (PARTITION BY k) FROM s", "SELECT * FROM s QUALIFY row_number() OVER (PARTITION BY k ORDER BY ts) = 1",
    "SELECT k, e FROM s LATERAL VIEW explode(array(1, 2)) t AS e", "SELECT * FROM s TABLESAMPLE (50 PERCENT)", "SELECT * FROM s, d", "SELECT * FROM s CROSS JOIN d", "SELECT * FROM s, s AS o WHERE s.k = o.k",
    "SELECT * FROM s JOIN d ON k > dk", "SELECT * FROM s FULL OUTER JOIN d ON k = dk", "SELECT * FROM d LEFT JOIN s ON k = dk", "SELECT * FROM s NATURAL JOIN s AS o", "SELECT k, first(v), last(v) FROM s GROUP BY k",
    "SELECT * FROM s PIVOT (count(v) FOR k IN ('a', 'b'))", "WITH c AS (SELECT k, count(*) n FROM s GROUP BY k) SELECT * FROM c JOIN c AS o ON c.k = o.k", "SELECT percentile(v, 0.5) FROM s", "SELECT DISTINCT k, count(*) FROM s GROUP BY k",
    "SELECT * FROM (SELECT k, count(*) n FROM s GROUP BY k) WHERE n > (SELECT count(*) FROM d)", "SELECT * FROM s LEFT ANTI JOIN d ON k = dk", "SELECT * FROM d LEFT SEMI JOIN s ON k = dk",
]


def define(H):
    seed, count = os.environ.get("SEED", "1"), int(os.environ.get("N", "160"))
    for n in range(count):
        maker, plan, names, r = drawn(n, seed)
        mode = r.choice(["append", "append", "update", "complete"])
        H.reject(f"refusal-{seed}-{n:03d}", "reject", f"{', '.join(names)}; {mode}", maker.inputs, plan, mode=mode, static=maker.static)
    if count > 0 and os.environ.get("SQL", "1") == "0":
        return
    for n, text in enumerate(SQL):
        for mode in ("append", "update", "complete"):
            views = 's.withWatermark("ts", "5 seconds").createOrReplaceTempView("s")\nd.createOrReplaceTempView("d")'
            plan = P({"op": "sql", "text": text, "views": {"s": {"op": "withWatermark", "column": "ts", "delay": "5 seconds", "input": {"op": "stream", "name": "s"}}, "d": {"op": "static", "name": "d"}}}, f"spark.sql({q(text)})")
            H.reject(f"refusal-sql-{n:02d}-{mode}", "reject", f"{text}; {mode}", {"s": ROWS}, plan, mode=mode, prelude=views, static={"d": ({"dk": "string", "name": "string"}, [{"dk": "a", "name": "one"}])})
