"""Random small streaming queries for record.py: Spark's answer for every batch, in the golden format.

    SEED=1 N=60 PYSPARK_PYTHON=V/bin/python V/bin/python test/golden/record.py test/golden/stream_fuzz.py --out DIR      # asks Spark
    npm run golden -- --dir DIR                                                              # asks us

Every stateful operator: windows of odd sizes, slides and offsets, sessions of fixed and given gaps, both kinds of deduplication, limits,
joins of streams of every kind (by key, range and window) and with tables, functions and processors over groups, grouping sets, subqueries on tables, set operations; and chains of them,
what was aggregated joined, united and deduplicated again among them. Late and null event
times, empty and absent input, all output modes, several watermarks and both policies, unions, filters on both sides, session zones,
restarts from the checkpoint (also of what runs once and of files), all drivers, both state stores, formats of state. SHAPES=join,session asks for some of the shapes only.
"""
import datetime as dt, os, random
import processors, record
from record import P, S, T, q

record.TO_JSON_OPTS["timeZone"] = "UTC"
SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86400
ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Europe/Berlin"]
STARTS = ["2024-03-10T06:30:00", "2024-11-03T05:15:00", "1969-12-31T23:59:30", "2024-02-29T23:58:00", "2023-12-30T12:00:00", "2023-12-30T12:00:00"]
ROCKS = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
SHAPES = {"window": 4, "window-key": 5, "key": 2, "global": 1, "dedup": 2, "dedup-within": 3, "distinct": 1, "stateless": 1, "two-level": 2,
          "session": 4, "session-window": 2, "limit": 2, "join": 8, "join-window": 3, "join-agg": 3, "join-chain": 3, "join-static": 3,
          "self-join": 2, "function": 1, "processor": 2, "agg-join": 2, "agg-union": 2, "agg-dedup": 2, "join-dedup": 2, "ntz-window": 1, "chain": 4, "sets": 3, "subquery": 3, "unions": 3, "join-limit": 1, "join-agg-agg": 2, "set-operation": 1}


def span(seconds):
    if seconds == 0:
        return "0 seconds"
    for unit, size in (("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", SECOND)):
        if seconds % size == 0:
            n = seconds // size
            return f"{n} {unit}{'' if n in (1, -1) else 's'}"


class Case:
    def __init__(self, seed, n):
        self.r = r = random.Random(f"stream-{seed}-{n}")
        self.unit = r.choice([SECOND, SECOND, MINUTE, HOUR])
        self.base = dt.datetime.fromisoformat(r.choice(STARTS))
        self.schema = {"ts": "timestamp", "k": r.choice(["string", "int"]), "v": r.choice(["bigint", "int"]), "x": r.choice(["double", "decimal(8,2)"])}
        self.steps = r.randint(3, 5)
        self.width = self.unit * r.choice([1, 2, 3, 5, 7, 10])
        self.conf = {"spark.sql.session.timeZone": r.choice(ZONES)}
        self.inputs, self.static = {}, {}
        self.driver = r.choices(["step", "availableNow", "once"], [75, 19, 6])[0]
        self.prelude = None

    # -- rows ------------------------------------------------------------------------------------
    def keys(self):
        return ["a", "b", "é", None] if self.schema["k"] == "string" else [1, 2, -3, None]

    def row(self, step, late):
        r = self.r
        at = step * 6 + r.randint(-3, 8) - (r.randint(10, 60) if late else 0)
        t = self.base + dt.timedelta(seconds=at * self.unit, microseconds=r.choice([0, 0, 1, 500000, 999999]))
        row = {"ts": t.isoformat(timespec="microseconds") + "Z", "k": r.choice(self.keys()),
               "v": r.choice([0, 1, 2, 5, -7, 100, None, 2147483647 if self.schema["v"] == "bigint" else 9]),
               "x": r.choice([0.5, -1.25, 3.0, None, 1e6] if self.schema["x"] == "double" else ["0.50", "-1.25", "99999.99", None])}
        if r.random() < 0.05:
            row["ts"] = None
        return {k: v for k, v in row.items() if v is not None}

    def batches(self, apart=0):
        """`apart`: microseconds that these times have more than those of another stream: no session is the same in both (differences/difference-session-late-union)."""
        r = self.r
        out = []
        for step in range(self.steps):
            u = r.random()
            if u < 0.1 and step > 0:
                out.append(None)
            elif u < 0.18 and self.driver != "availableNow":
                out.append([])
            else:
                out.append([self.row(step, r.random() < 0.2) for _ in range(r.randint(1, 6))])
        if all(b is None for b in out):
            out[0] = [self.row(0, False)]
        later = lambda ts: (dt.datetime.fromisoformat(ts[:-1]) + dt.timedelta(microseconds=apart)).isoformat(timespec="microseconds") + "Z"
        return [b and [{**row, "ts": later(row["ts"])} if "ts" in row else row for row in b] for b in out]

    # -- parts of queries ------------------------------------------------------------------------
    def window(self, of="ts"):
        r, w = self.r, self.width
        kind = r.random()
        if kind < 0.35:
            return f"window({of}, '{span(w)}') AS w"
        slide = r.choice([s for s in range(self.unit, w + 1, self.unit)])
        if kind < 0.7:
            return f"window({of}, '{span(w)}', '{span(slide)}') AS w"
        offset = r.randint(0, max(0, slide // self.unit - 1)) * self.unit * r.choice([1, -1])
        return f"window({of}, '{span(w)}', '{span(slide)}', '{span(offset)}') AS w"

    def gap(self):
        r, u = self.r, self.unit
        if r.random() < 0.5:
            return f"'{span(u * r.choice([1, 2, 3, 5, 8]))}'"
        return r.choice([f"CASE WHEN v > 1 THEN '{span(u * 2)}' WHEN v IS NULL THEN '{span(u)}' ELSE '{span(u * 6)}' END",
                         f"if(v < 0, '{span(-u)}', '{span(u * 3)}')", f"if(x IS NULL, NULL, INTERVAL '{u * 4}' SECOND)" if r.random() < 0.2 else f"if(x IS NULL, NULL, '{span(u * 4)}')",
                         f"concat(cast(1 + abs(v) % 4 as string), ' {'seconds' if u == 1 else 'minutes' if u == 60 else 'hours'}')"])

    def aggs(self, most=4):
        pool = ["count(*) AS n", "count(v) AS nv", "sum(v) AS s", "min(v) AS lo", "max(ts) AS last_ts", "avg(v) AS m", "sum(x) AS sx", "max(x) AS mx", "min(k) AS mk", "avg(x) AS ax", "count_if(v > 1) AS big",
                "first(v) AS f", "last(v, true) AS l", "collect_list(v) AS vs", "sum(v) FILTER (WHERE v > 0) AS sp", "max_by(k, v) AS kb", "bool_or(v > 50) AS any50", "stddev_pop(v) AS sd", "max(struct(v, k)) AS ms", "sum(v * 2 + 1) AS s2",
                "sort_array(collect_set(v)) AS vset", "approx_count_distinct(k) AS kinds", "min_by(v, ts) AS earliest", "every(v > 0) AS all0", "bit_xor(v) AS bx", "var_samp(v) AS vv", "corr(v, cast(x as double)) AS c", "percentile(v, 0.5) AS med", "array_agg(k) AS ks",
                "first(x, true) AS fx", "any_value(k) AS ak", "regr_slope(v, x) AS rs", "max(CASE WHEN v > 1 THEN ts END) AS big_ts", "try_sum(v) AS ts2", "try_avg(x) AS tax"]
        return self.r.sample(pool, self.r.randint(1, most))

    def delay(self):
        return span(self.r.choice([0, 1, 3, 5, 12]) * self.unit)

    def filter(self, plan, chance=0.3, prefix=""):
        if self.r.random() >= chance:
            return plan
        p = prefix
        return plan.where(self.r.choice([f"{p}v > 0", f"{p}k IS NOT NULL", f"{p}v IS NULL OR {p}v < 50", f"{p}ts >= TIMESTAMP'{self.base.isoformat()}Z'"]))

    def source(self, name, chance_of_union=0.3, watermark=1.0, apart=0):
        """A stream with a watermark, now and then the union of two."""
        r = self.r
        self.inputs[name] = (self.schema, self.batches(apart))
        plan = S(name).wm("ts", self.delay()) if r.random() < watermark else S(name)
        if r.random() < chance_of_union:
            other = name + "2"
            self.inputs[other] = (self.schema, self.batches(apart=7))
            more = S(other).wm("ts", self.delay()) if watermark > 0 and r.random() < 0.8 else S(other)
            plan = plan.union(more) if r.random() < 0.6 else plan.union_by_name(more)
            self.policy()
        return self.filter(plan)

    def side(self, name, prefix, watermark=0.9):
        """A stream whose columns have a prefix, as a side of a join."""
        r = self.r
        names = [f"{c} AS {prefix}{c}" for c in self.schema]
        self.inputs[name] = (self.schema, self.batches())
        if r.random() < watermark:
            plan = S(name).wm("ts", self.delay()).select(*names) if r.random() < 0.5 else S(name).select(*names).wm(prefix + "ts", self.delay())
        else:
            plan = S(name).select(*names)
        return self.filter(plan, 0.2, prefix)

    def policy(self):
        if self.r.random() < 0.3:
            self.conf["spark.sql.streaming.multipleWatermarkPolicy"] = "max"

    def range(self, l, r_):
        """Conditions that bound the event times of two sides."""
        r, u = self.r, self.unit
        lo, hi = r.choice([0, 0, 1, 3]) * u, r.choice([1, 2, 5, 9]) * u
        kind = r.random()
        back = "" if lo == 0 else f" - INTERVAL '{lo}' SECOND"
        ahead = f" + INTERVAL '{hi}' SECOND"
        if kind < 0.4:
            return f"{r_}ts BETWEEN {l}ts{back} AND {l}ts{ahead}"
        if kind < 0.6:
            return f"{r_}ts > {l}ts{back} AND {r_}ts <= {l}ts{ahead}"
        if kind < 0.75:
            return f"{r_}ts >= {l}ts{back}"
        if kind < 0.9:
            return f"{l}ts BETWEEN {r_}ts{back} AND {r_}ts{ahead}"
        return f"{r_}ts = {l}ts"

    def on(self, l, r_, bounded=0.85):
        r = self.r
        equal = r.choice([f"{l}k = {r_}k"] * 4 + [f"{l}k <=> {r_}k", f"{l}k = {r_}k AND {l}v = {r_}v", f"upper(cast({l}k as string)) = upper(cast({r_}k as string))"])
        parts = [equal]
        if r.random() < bounded:
            parts.append(self.range(l, r_))
        if r.random() < 0.25 and f"{l}v" not in equal:
            parts.append(r.choice([f"{l}v > {r_}v", f"{l}v > 0", f"{r_}v IS NOT NULL", f"{l}x <> {r_}x"]))
        return " AND ".join(parts)

    def how(self):
        return self.r.choice(["inner", "inner", "left_outer", "right_outer", "full_outer", "left_semi"])

    # -- shapes ----------------------------------------------------------------------------------
    def plan(self, shape):
        return getattr(self, shape.replace("-", "_"))()

    def window_(self, keys):
        plan = self.source("a").agg([self.window(), *keys], self.aggs())
        if self.r.random() < 0.3:
            plan = plan.where(self.r.choice(["w.start IS NOT NULL", "minute(w.end) % 2 = 0", "w.end > TIMESTAMP'2000-01-01 00:00:00Z'"]))
        return plan

    def window_key(self):
        return self.window_(["k"])

    def window_only(self):
        return self.window_([])

    def key(self):
        return self.source("a").agg(["k"], self.aggs())

    def global_(self):
        return self.source("a").agg([], self.aggs())

    def dedup(self):
        r = self.r
        plan = self.source("a").dedup(r.choice([["k", "ts"], ["k", "v", "ts"], ["ts"], ["k"], None, ["x"], ["x", "v"]]))
        return plan.agg([self.window(), "k"], self.aggs(2)) if r.random() < 0.3 else plan

    def dedup_within(self):
        r = self.r
        plan = self.source("a").dedupw(r.choice([["k"], ["k"], ["k", "v"], None, ["v"]]))
        return plan.agg([self.window()], self.aggs(2)) if r.random() < 0.4 else plan

    def distinct(self):
        return self.source("a", watermark=0.6).select("k", "v").distinct()

    def stateless(self):
        return self.source("a").select("ts", "k", "v + 1 AS v1", "date_trunc('HOUR', ts) AS hour", "upper(cast(k AS string)) AS ku")

    def two_level(self):
        r = self.r
        plan = self.source("a").agg([self.window(), *r.choice([[], ["k"]])], ["count(*) AS n", "sum(v) AS s"])
        return plan.agg([f"window({r.choice(['w', 'window_time(w)'])}, '{span(self.width * 2)}') AS w2"], ["count(*) AS groups", "max(n) AS most"])

    # Of a session Spark lists values by their times, here they are listed as they came (differences/difference-session-order).
    BY_ORDER = ("first(", "last(", "collect_list(", "array_agg(", "any_value(")

    def session(self):
        r = self.r
        keys = r.choice([["k"], ["k"], ["k", "v % 2 AS odd"], []])
        aggs = [a for a in self.aggs() if not a.startswith(self.BY_ORDER)] or ["count(*) AS n"]
        plan = self.source("a").agg([f"session_window(ts, {self.gap()}) AS w", *keys], aggs)
        return plan.where("n > 1") if r.random() < 0.2 and "count(*) AS n" in plan.node["aggs"] else plan

    def session_window(self):
        plan = self.source("a").agg([f"session_window(ts, '{span(self.unit * self.r.choice([1, 2, 5]))}') AS s", "k"], ["count(*) AS n"])
        return plan.agg([self.window(self.r.choice(["s", "window_time(s)"]))], ["sum(n) AS rows", "count(*) AS sessions"])

    def limit(self):
        r = self.r
        kind = r.choice(["plain", "window", "dedup"])
        # How many rows a plain limit reads, and so lets move the watermark, is a matter of how the rows are read.
        plan = self.source("a", watermark=0.0 if kind == "plain" else 1.0)
        if kind == "window":
            plan = plan.agg([self.window(), "k"], ["count(*) AS n"])
        elif kind == "dedup":
            plan = plan.dedup(["k", "ts"])
        # Which groups come first is nobody's promise.
        return plan.limit(100 if kind == "window" else r.choice([1, 3, 7, 100]))

    def join(self):
        self.policy()
        return self.side("a", "l").join(self.side("b", "r"), self.on("l", "r"), self.how())

    def join_window(self):
        r = self.r
        w = f"window(lts, '{span(self.width)}')"
        left, right = self.side("a", "l", 1.0), self.side("b", "r", 1.0)
        self.policy()
        if r.random() < 0.5:
            return left.with_("w", w).join(right.with_("w", w.replace("lts", "rts")), ["w"], self.how())
        return left.with_("lw", w).join(right.with_("rw", w.replace("lts", "rts")), "lw = rw AND lk = rk", self.how())

    def join_agg(self):
        r = self.r
        how = r.choice(["inner", "inner", "left_outer", "left_semi"])
        joined = self.side("a", "l", 1.0).join(self.side("b", "r", 1.0), self.on("l", "r", 1.0), how)
        self.policy()
        return joined.agg([self.window("lts"), *r.choice([[], ["lk"]])], ["count(*) AS n", "sum(lv) AS s"])

    def join_chain(self):
        r = self.r
        hows = r.choice([("inner", "inner")] * 2 + [("inner", "left_outer"), ("left_outer", "left_outer"), ("left_semi", "inner")])
        first = self.side("a", "l", 1.0).join(self.side("b", "r", 1.0), self.on("l", "r", 0.6), hows[0])
        self.policy()
        return first.join(self.side("c", "q", 1.0), self.on("l", "q", 0.8), hows[1])

    def join_static(self):
        r = self.r
        rows = [self.row(0, False) for _ in range(r.randint(0, 5))]
        for row in rows:
            row.pop("ts", None)
        self.static["d"] = ({"k": self.schema["k"], "name": "string", "v": self.schema["v"]}, [{**row, "name": f"n{i}"} for i, row in enumerate(rows)])
        for _, found in self.static.values():
            for row in found:
                row.pop("x", None)
        table = T("d").select("k AS dk", "name", "v AS dv")
        condition = r.choice(["k = dk", "k <=> dk", "k = dk AND v > dv", "k = dk AND dv > 0"])
        plan = self.source("a")
        if r.random() < 0.7:
            plan = plan.join(table, condition, r.choice(["inner", "left_outer", "left_semi", "left_anti"]))
        else:
            plan = table.join(plan, condition, r.choice(["inner", "right_outer"]))
        return plan.agg([self.window()], ["count(*) AS n", "sum(v) AS s"]) if r.random() < 0.5 else plan

    def text(self, plan, text):
        """A query of text over a plan, which it calls s, and the table d."""
        views = {"s": plan.node, **({"d": {"op": "static", "name": "d"}} if "d" in self.static else {})}
        self.prelude = f'({plan.src}).createOrReplaceTempView("s")' + ('\nd.createOrReplaceTempView("d")' if "d" in self.static else "")
        return P({"op": "sql", "text": text, "views": views}, f"spark.sql({q(text)})")

    def sets(self):
        r = self.r
        w = self.window()[:-len(" AS w")]
        keys = r.choice([f"{w}, CUBE(k)", f"{w}, ROLLUP(k, v)", f"GROUPING SETS (({w}, k), ({w}))", f"GROUPING SETS (({w}, k), ({w}, v), ({w}))", "CUBE(k, v)", "ROLLUP(k)", "GROUPING SETS ((k), (v), ())"])
        columns = [*([f"{w} AS w"] if w in keys else []), "k", *(["v"] if "v" in keys.replace(w, "") else []), r.choice(["count(*) AS n", "count(x) AS n"]), *r.choice([[], ["grouping_id() AS g"], ["max(ts) AS t"]])]
        having = r.choice(["", "", " HAVING count(*) > 1"])
        return self.text(self.source("a"), f"SELECT {', '.join(columns)} FROM s GROUP BY {keys}{having}")

    def subquery(self):
        r = self.r
        rows = [self.row(0, False) for _ in range(r.randint(0, 5))]
        self.static["d"] = ({"k": self.schema["k"], "v": self.schema["v"]}, [{c: row[c] for c in ("k", "v") if c in row} for row in rows])
        condition = r.choice(["k IN (SELECT k FROM d)", "k NOT IN (SELECT k FROM d WHERE k IS NOT NULL)", "k NOT IN (SELECT k FROM d)", "EXISTS (SELECT 1 FROM d WHERE d.k = s.k)", "NOT EXISTS (SELECT 1 FROM d WHERE d.k = s.k)",
                              "EXISTS (SELECT 1 FROM d WHERE d.k = s.k AND d.v > s.v)", "NOT EXISTS (SELECT 1 FROM d WHERE d.k <=> s.k AND d.v >= s.v)", "v > 1 AND k IN (SELECT k FROM d)", "v >= (SELECT min(v) FROM d)", "v < 3 OR k IN (SELECT k FROM d)"])
        if r.random() < 0.5:
            return self.text(self.source("a"), f"SELECT ts, k, v FROM s WHERE {condition}")
        w = self.window()[:-len(" AS w")]
        return self.text(self.source("a"), f"SELECT {w} AS w, count(*) AS n, sum(v) AS s FROM s WHERE {condition} GROUP BY {w}")

    def set_operation(self):
        r = self.r
        rows = [self.row(0, False) for _ in range(r.randint(1, 5))]
        self.static["d"] = ({"k": self.schema["k"], "v": self.schema["v"]}, [{c: row[c] for c in ("k", "v") if c in row} for row in rows])
        kind = r.choice(["INTERSECT SELECT k, v FROM d", "EXCEPT SELECT k, v FROM d", "UNION ALL SELECT k, v FROM s", "UNION SELECT k, v FROM s"])
        return self.text(self.source("a"), f"SELECT k, v FROM s {kind}")

    def unions(self):
        """Two or three streams, each with a watermark of its own, and what comes behind them."""
        r = self.r
        plan = self.source("a", 0.0)
        for name in r.choice([("b",), ("b", "c")]):
            other = self.source(name, 0.0, r.choice([1.0, 1.0, 0.0]), apart=11 if name == "b" else 13)
            plan = plan.union(other) if r.random() < 0.7 else plan.union_by_name(other)
        self.policy()
        last = r.choice(["window", "session", "dedup", "dedupw", "two", "none"])
        if last == "window":
            return plan.agg([self.window(), "k"], self.aggs(2))
        if last == "session":
            return plan.agg([f"session_window(ts, '{span(self.unit * 3)}') AS w", "k"], ["count(*) AS n"])
        if last == "two":
            return plan.dedup(["k", "ts"]).agg([self.window()], ["count(*) AS n"])
        return plan if last == "none" else plan.dedup(["k", "ts"]) if last == "dedup" else plan.dedupw(["k"])

    def join_limit(self):
        self.policy()
        # Which pairs come first is nobody's promise.
        return self.side("a", "l").join(self.side("b", "r"), self.on("l", "r"), self.r.choice(["inner", "left_semi", "left_outer"])).limit(self.r.choice([200, 1000]))

    def join_agg_agg(self):
        joined = self.side("a", "l", 1.0).join(self.side("b", "r", 1.0), self.on("l", "r", 1.0), self.r.choice(["inner", "left_semi"]))
        self.policy()
        plan = joined.agg([self.window("lts"), "lk"], ["count(*) AS n", "sum(lv) AS s"])
        return plan.agg([f"window({self.r.choice(['w', 'window_time(w)'])}, '{span(self.width * 2)}') AS w2"], ["count(*) AS groups", "max(n) AS most"])

    # -- what was aggregated, again ----------------------------------------------------------------
    def windows(self, name, prefix, w):
        """Counts of windows, as a side of a join or union."""
        plan = self.source(name, 0.15)
        return plan.agg([f"{w} AS {prefix}w", f"k AS {prefix}k"], [f"count(*) AS {prefix}n", f"sum(v) AS {prefix}s"])

    def agg_join(self):
        r = self.r
        w = f"window(ts, '{span(self.width)}')"
        left = self.windows("a", "l", w)
        right = self.windows("b", "r", w if r.random() < 0.7 else f"session_window(ts, '{span(self.unit * 3)}')")
        if r.random() < 0.3:
            right = self.side("b", "r", 1.0).with_("rw", w.replace("ts", "rts"))
        self.policy()
        # A left semi join of groups finds none in Spark, and ends in its second batch.
        how = r.choice(["inner", "inner", "left_outer", "right_outer", "full_outer"])
        return left.join(right, r.choice(["lw = rw AND lk = rk", "lw = rw", "lk = rk AND lw = rw AND ln > 0"]), how)

    def agg_union(self):
        r = self.r
        w = f"window(ts, '{span(self.width)}')"
        plan = self.windows("a", "", w).union(self.windows("b", "", r.choice([w, f"window(ts, '{span(self.width * 2)}')", f"session_window(ts, '{span(self.unit * 2)}')"])))
        self.policy()
        return plan.agg([f"window({r.choice(['w', 'window_time(w)'])}, '{span(self.width * 2)}') AS w2"], ["count(*) AS groups", "sum(n) AS rows"]) if r.random() < 0.4 else plan

    def agg_dedup(self):
        r = self.r
        w = r.choice([self.window()[:-len(" AS w")], f"session_window(ts, '{span(self.unit * 3)}')"])
        plan = self.windows("a", "", w)
        if r.random() < 0.2:
            return plan.limit(100)
        # Which of the groups comes first is nobody's promise: all columns that there are are keys.
        plan = plan.select(*r.choice([["w"], ["w", "k"], ["w", "n"], ["window_time(w) AS at", "n"], ["window_time(w) AS at", "k"]]))
        return r.choice([lambda p: p.dedup(), lambda p: p.dedupw(), lambda p: p.distinct()])(plan)

    def join_dedup(self):
        r = self.r
        how = r.choice(["inner", "inner", "left_outer", "left_semi"])
        joined = self.side("a", "l", 1.0).join(self.side("b", "r", 1.0), self.on("l", "r", 1.0), how)
        self.policy()
        # Which of the pairs comes first is nobody's promise: all columns are keys, or those that tell rows apart.
        keys = ["lts", "lk"]
        plan = joined.select(*keys)
        return r.choice([lambda p: p.dedup(keys), lambda p: p.dedup(), lambda p: p.dedupw(keys), lambda p: p.distinct()])(plan)

    def ntz_window(self):
        plan = self.source("a").select("cast(ts AS timestamp_ntz) AS at", "ts", "k", "v", "x")
        w = self.r.choice([self.window("at"), f"session_window(at, '{span(self.unit * 3)}') AS w"])
        return plan.agg([w, "k"], ["count(*) AS n", "max(at) AS last", "sum(v) AS s"])

    def self_join(self):
        a = S("a").wm("ts", self.delay())
        self.inputs["a"] = (self.schema, self.batches())
        left = a.select(*[f"{c} AS l{c}" for c in self.schema])
        right = a.select(*[f"{c} AS r{c}" for c in self.schema]) if self.r.random() < 0.7 else a.where("v > 0").select(*[f"{c} AS r{c}" for c in self.schema])
        return left.join(right, self.on("l", "r"), self.how())

    def chain(self):
        """Two or three stateful operators above each other."""
        r = self.r
        plan = self.source("a")
        for step in range(r.randint(1, 2)):
            plan = r.choice([lambda p: p.dedup(["k", "ts"]), lambda p: p.dedupw(["k", "v"]), lambda p: p.dedupw(["v"]), *([lambda p: p.limit(r.choice([5, 50]))] if step > 0 else [])])(plan)
        last = r.choice(["window", "session", "join", "dedup", "limit"])
        if last == "window":
            return plan.agg([self.window(), "k"], self.aggs(2))
        if last == "session":
            return plan.agg([f"session_window(ts, '{span(self.unit * 3)}') AS w", "k"], ["count(*) AS n"])
        if last == "join":
            return plan.select(*[f"{c} AS l{c}" for c in self.schema]).join(self.side("b", "r", 1.0), self.on("l", "r"), self.how())
        if last == "dedup":
            return plan.dedup(["k", "ts"])
        return plan.limit(4)


# Functions over groups that the golden runner has twins of, by their exact text.
COUNT = '''import pandas as pd

def fn(key, pdfs, state):
    (n, s) = state.get if state.exists else (0, 0)
    for pdf in pdfs:
        n += len(pdf); s += int(pdf["v"].sum())
    state.update((n, s))
    yield pd.DataFrame({"k": [key[0]], "n": [n], "s": [s]})
'''
TIMEOUT = '''import pandas as pd

def fn(key, pdfs, state):
    if state.hasTimedOut:
        (n, mx) = state.get
        state.remove()
        yield pd.DataFrame({"k": [key[0]], "what": ["timeout"], "n": [n], "wm": [state.getCurrentWatermarkMs()]})
    else:
        (n, mx) = state.get if state.exists else (0, 0)
        for pdf in pdfs:
            n += len(pdf)
            for x in pdf["ts"]:
                mx = max(mx, int(x.timestamp() * 1000))
        state.update((n, mx))
        wm = state.getCurrentWatermarkMs()
        state.setTimeoutTimestamp(max(mx + 10000, wm + 1))
        yield pd.DataFrame({"k": [key[0]], "what": ["data"], "n": [n], "wm": [wm]})
'''


def plain_rows(c, schema):
    """Rows without nulls, which Python's functions do not expect."""
    # pandas sees local times.
    c.unit = SECOND
    c.conf["spark.sql.session.timeZone"] = "UTC"
    c.schema = {"ts": "timestamp", "k": "string", "v": "int", "x": "double"}
    whole = lambda x: {"ts": x.get("ts") or c.base.isoformat() + "Z", "k": x.get("k") or "c", "v": int(x.get("v") or 3), "s": "s" + str(x.get("x", ""))}
    made = [None if b is None else [{n: v for n, v in whole(x).items() if n in schema} for x in b] for b in c.batches()]
    c.inputs["t"] = (schema, made)


def function(c):
    """(prelude, source, mode)"""
    r = c.r
    plain_rows(c, {"ts": "timestamp", "k": "string", "v": "int"})
    kind = r.choice(["count", "timeout", "comes"])
    mode = r.choice(["append", "update"])
    if kind == "count":
        timeout = "NoTimeout"
        return COUNT, f't.groupBy("k").applyInPandasWithState(fn, "k string, n bigint, s bigint", "n bigint, s bigint", "{mode}", "{timeout}")', mode
    if kind == "comes":
        return processors.COMES_AND_GOES, processors.COMES_AND_GOES_QUERY.format(mode=mode), mode
    return TIMEOUT, 't.withWatermark("ts", "0 seconds").groupBy("k").applyInPandasWithState(fn, "k string, what string, n bigint, wm bigint", "n bigint, mx bigint", "append", "EventTimeTimeout")', "append"


def processor(c):
    """(prelude, source, mode): what `transformWithState` runs; it needs protobuf beside pyspark."""
    r = c.r
    c.conf["spark.sql.streaming.stateStore.providerClass"] = ROCKS
    name = r.choice(["TIMERS", "TIMERS", "SILENCE", "RINGS", "LISTS", "MAPS", "INITIAL", "STAMPED", "STAMPED", "SCRIPT", "SCRIPT", "SCRIPT"])
    columns = {"LISTS": {"k": "string", "v": "bigint", "s": "string"}, "MAPS": {"k": "string", "v": "bigint", "s": "string"}, "INITIAL": {"k": "string", "v": "bigint"}}
    plain_rows(c, columns.get(name, {"ts": "timestamp", "k": "string"}))
    if name == "LISTS":
        # Which updates Spark counts beside a list that is put depends on its order of keys (differences/difference-list-put).
        c.inputs["t"] = (columns[name], [b and [{**row, "k": "a"} for row in b] for b in c.inputs["t"][1]])
    if name == "SCRIPT":
        verbs = ["update", "clear", "append", "append", "appendList", "clearList", "set", "set", "remove", "clearMap", "timer", "timer", "delete", "none"]
        schema, made = c.inputs["t"]
        second = int((c.base - dt.datetime(1970, 1, 1)).total_seconds())
        scripted = lambda row: {**row, "op": r.choice(verbs), "n": second + r.randint(-5, 40)}
        c.inputs["t"] = ({**schema, "op": "string", "n": "bigint"}, [b and [scripted(row) for row in b] for b in made])
    prelude, source = getattr(processors, name), getattr(processors, name + "_QUERY")
    mode = "update" if '"update"' in source else r.choice(["append", "append", "update"])
    if name == "INITIAL":
        c.static["i"] = ({"k": "string", "n": "bigint"}, [{"k": k, "n": r.randint(-5, 5)} for k in r.sample(["a", "b", "c", "q"], r.randint(0, 3))])
    if name == "STAMPED" and mode == "append":
        source += r.choice(["", processors.STAMPED_WINDOW, processors.STAMPED_DEDUP])
    return prelude, source.replace('"append"', f'"{mode}"'), mode


NAMES = {"window": "window_only", "global": "global_"}


def define(H):
    seed, count = os.environ.get("SEED", "1"), int(os.environ.get("N", "60"))
    wanted = {s: SHAPES[s] for s in os.environ.get("SHAPES", ",".join(SHAPES)).split(",")}
    for n in range(count):
        c = Case(seed, n)
        r = c.r
        shape = r.choices(list(wanted), list(wanted.values()))[0]
        mode = r.choice(["append", "append", "update", "update", "complete"])
        if shape not in ("window", "window-key", "key", "global") and r.random() < 0.75:
            mode = "append"
        if r.random() < 0.15:
            c.conf["spark.sql.streaming.noDataMicroBatches.enabled"] = "false"
        prelude, keep = None, False
        # Chains over RocksDB end in an assertion of Spark's now and then.
        if r.random() < 0.2 and shape in ("window", "window-key", "key", "global", "dedup", "dedup-within", "distinct", "join", "join-window", "session", "self-join"):
            c.conf["spark.sql.streaming.stateStore.providerClass"] = ROCKS
        if r.random() < 0.2:
            c.conf.update({f"spark.sql.streaming.{kind}.stateFormatVersion": "1" for kind in ("aggregation", "sessionWindow")})
        if shape in ("function", "processor"):
            c.driver = "step"
            prelude, plan, mode = function(c) if shape == "function" else processor(c)
        else:
            plan = c.plan(NAMES.get(shape, shape))
            prelude = c.prelude
            if mode == "complete" and shape.startswith("window") and r.random() < 0.3:
                plan, keep = plan.sort(*(["w", "k"] if shape == "window-key" else ["w"])), True
        restarts = tuple(i for i in range(1, c.steps) if r.random() < 0.2) if c.driver != "once" else ()
        H.stream(f"sfz-{seed}-{n:03d}", "fuzz", f"{shape}, {mode}, {c.driver}", c.inputs, plan, mode=mode, driver=c.driver, conf=c.conf, static=c.static,
                 restart_before=restarts, keep_order=keep, prelude=prelude)
