"""Functions and processors over groups, for record.py and stream_fuzz.py. The golden runner has a twin of each (runner/twins.ts), which it finds by the comment in
the first line; the rest of the text is Spark's business alone.
"""
IMPORTS = "from pyspark.sql import Row\nfrom pyspark.sql.streaming import StatefulProcessor, StatefulProcessorHandle\n"


def processor(name, body):
    return f"# twin: {name}\n{IMPORTS}\nclass Proc(StatefulProcessor):\n{body.strip(chr(10))}\n    def close(self):\n        pass\n"


def transform(output, mode="append", time="None", of="t", keys='"k"', more=""):
    return f'{of}.groupBy({keys}).transformWithState(statefulProcessor=Proc(), outputStructType="{output}", outputMode="{mode}", timeMode="{time}"{more})'


# One timer a row, five seconds after it, and what timers there are.
TIMERS = processor("timers", '''
    def init(self, handle):
        self.handle = handle
        self.n = handle.getValueState("n", "n bigint")
    def handleInputRows(self, key, rows, timerValues):
        n = self.n.get()[0] if self.n.exists() else 0
        for r in rows:
            n += 1
            self.handle.registerTimer(int(r.ts.timestamp() * 1000) + 5000)
        self.n.update((n,))
        yield Row(k=key[0], what="rows", n=n, timers=len(list(self.handle.listTimers())), wm=timerValues.getCurrentWatermarkInMs())
    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        n = self.n.get()[0] if self.n.exists() else -1
        yield Row(k=key[0], what="timer", n=n, timers=expiredTimerInfo.getExpiryTimeInMs(), wm=timerValues.getCurrentWatermarkInMs())
''')
TIMERS_QUERY = transform("k string, what string, n bigint, timers bigint, wm bigint", time="EventTime", of='t.withWatermark("ts", "2 seconds")')

# The only timer of a key is put off by its rows, and ends the key.
SILENCE = processor("silence", '''
    def init(self, handle):
        self.handle = handle
        self.last = handle.getValueState("last", "at bigint, n bigint")
    def handleInputRows(self, key, rows, timerValues):
        at, n = self.last.get() if self.last.exists() else (0, 0)
        for r in rows:
            n += 1; at = max(at, int(r.ts.timestamp() * 1000))
        for timer in list(self.handle.listTimers()):
            self.handle.deleteTimer(timer)
        self.handle.registerTimer(at + 4000)
        self.last.update((at, n))
    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        at, n = self.last.get()
        self.last.clear()
        yield Row(k=key[0], n=n, at=at, due=expiredTimerInfo.getExpiryTimeInMs())
''').replace("self.last.update((at, n))", "self.last.update((at, n))\n        return iter([])")
SILENCE_QUERY = transform("k string, n bigint, at bigint, due bigint", time="EventTime", of='t.withWatermark("ts", "0 seconds")')

# A timer that registers the next one, three times.
RINGS = processor("rings", '''
    def init(self, handle):
        self.handle = handle
        self.rings = handle.getValueState("rings", "n bigint")
    def handleInputRows(self, key, rows, timerValues):
        first = min(int(r.ts.timestamp() * 1000) for r in rows)
        self.handle.registerTimer(first + 1000)
        yield Row(k=key[0], what="rows", at=first)
    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        n = self.rings.get()[0] if self.rings.exists() else 0
        at = expiredTimerInfo.getExpiryTimeInMs()
        if n < 2:
            self.rings.update((n + 1,))
            self.handle.registerTimer(at + 2000)
        else:
            self.rings.clear()
        yield Row(k=key[0], what="ring " + str(n), at=at)
''')
RINGS_QUERY = transform("k string, what string, at bigint", time="EventTime", of='t.withWatermark("ts", "1 second")')

# Every verb of a list.
LISTS = processor("lists", '''
    def init(self, handle):
        self.l = handle.getListState("l", "v bigint, k string")
        self.calls = handle.getValueState("calls", "n bigint")
    def handleInputRows(self, key, rows, timerValues):
        before = self.l.exists()
        values = [(r.v, r.s) for r in rows]
        total = sum(v or 0 for v, _ in values)
        if total > 100:
            self.l.clear()
        elif total < 0:
            self.l.put(values)
        elif len(values) == 1:
            self.l.appendValue(values[0])
        else:
            self.l.appendList(values)
        calls = (self.calls.get()[0] if self.calls.exists() else 0) + 1
        self.calls.update((calls,))
        got = list(self.l.get())
        yield Row(k=key[0], before=before, after=self.l.exists(), vs=[v for v, _ in got], ks=[k for _, k in got], calls=calls)
''')
LISTS_QUERY = transform("k string, before boolean, after boolean, vs array<bigint>, ks array<string>, calls bigint", mode="update")

# Every verb of a map; keys of two columns.
MAPS = processor("maps", '''
    def init(self, handle):
        self.m = handle.getMapState("m", "s string, odd boolean", "n bigint, last bigint")
    def handleInputRows(self, key, rows, timerValues):
        before = self.m.exists()
        for r in rows:
            at = (r.s, r.v % 2 == 1)
            if r.v == 0:
                self.m.removeKey(at)
            elif r.v < 0:
                self.m.clear()
            else:
                n = self.m.getValue(at)[0] if self.m.containsKey(at) else 0
                self.m.updateValue(at, (n + 1, r.v))
        all = sorted(f"{k[0]}/{k[1]}={v[0]}/{v[1]}" for k, v in self.m.iterator())
        keys = len(list(self.m.keys())); values = sum(v[0] for v in self.m.values())
        yield Row(k=key[0], k2=key[1], before=before, after=self.m.exists(), all=",".join(all), keys=keys, values=values)
''')
MAPS_QUERY = transform("k string, k2 bigint, before boolean, after boolean, all string, keys int, values bigint", mode="update", of='t.withColumn("k2", F.expr("v DIV 10"))', keys='"k", "k2"')

# Keys that a table gives their first state.
INITIAL = processor("initial", '''
    def init(self, handle):
        self.n = handle.getValueState("n", "n bigint")
        self.from_table = handle.getListState("table", "n bigint")
    def handleInitialState(self, key, initialState, timerValues):
        if initialState.n is not None:
            self.n.update((initialState.n,))
        self.from_table.appendValue((initialState.n,))
    def handleInputRows(self, key, rows, timerValues):
        n = self.n.get()[0] if self.n.exists() else 0
        n += sum(r.v for r in rows)
        self.n.update((n,))
        yield Row(k=key[0], n=n, known=len(list(self.from_table.get())))
''')
INITIAL_QUERY = transform("k string, n bigint, known bigint", mode="update", more=', initialState=i.groupBy("k")')

# Timers that the first state brings.
INITIAL_TIMERS = processor("initial timers", '''
    def init(self, handle):
        self.handle = handle
        self.n = handle.getValueState("n", "n bigint")
    def handleInitialState(self, key, initialState, timerValues):
        self.n.update((initialState.n,))
        self.handle.registerTimer(int(initialState.ts.timestamp() * 1000))
    def handleInputRows(self, key, rows, timerValues):
        n = self.n.get()[0] if self.n.exists() else 0
        n += len(list(rows))
        self.n.update((n,))
        yield Row(k=key[0], what="rows", n=n)
    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        n = self.n.get()[0] if self.n.exists() else -1
        self.n.clear()
        yield Row(k=key[0], what="timer", n=n)
''')
INITIAL_TIMERS_QUERY = transform("k string, what string, n bigint", time="EventTime", of='t.withWatermark("ts", "0 seconds")', more=', initialState=i.groupBy("k")')

# Its rows have an event time, so that a window can stand above.
STAMPED = processor("stamped", '''
    def init(self, handle):
        self.n = handle.getValueState("n", "n bigint")
    def handleInputRows(self, key, rows, timerValues):
        n = self.n.get()[0] if self.n.exists() else 0
        for r in rows:
            n += 1
            yield Row(k=key[0], at=r.ts, n=n)
        self.n.update((n,))
''')
STAMPED_QUERY = transform("k string, at timestamp, n bigint", time="EventTime", of='t.withWatermark("ts", "2 seconds")', more=', eventTimeColumnName="at"')
STAMPED_WINDOW = """.groupBy(F.expr("window(at, '5 seconds') AS w")).agg(F.expr("count(*) AS n"), F.expr("max(n) AS most"))"""
STAMPED_DEDUP = '.dropDuplicatesWithinWatermark(["k"])'

# Values, lists and maps that are forgotten twelve seconds after they were written.
TTL_ALL = processor("ttl of all", '''
    def init(self, handle):
        self.v = handle.getValueState("v", "n bigint", ttlDurationMs=12000)
        self.l = handle.getListState("l", "n bigint", ttlDurationMs=12000)
        self.m = handle.getMapState("m", "v bigint", "n bigint", ttlDurationMs=12000)
        self.kept = handle.getListState("kept", "n bigint")
    def handleInputRows(self, key, rows, timerValues):
        for r in rows:
            n = self.v.get()[0] if self.v.exists() else 0
            self.v.update((n + 1,))
            self.l.appendValue((r.v,))
            self.m.updateValue((r.v,), (n,))
            self.kept.appendValue((r.v,))
        yield Row(k=key[0], v=self.v.get()[0], l=[x[0] for x in self.l.get()], m=sorted(k[0] for k in self.m.keys()), kept=[x[0] for x in self.kept.get()])
''')
TTL_ALL_QUERY = transform("k string, v bigint, l array<bigint>, m array<bigint>, kept array<bigint>", mode="update", time="ProcessingTime")

# A timer by the clock, a second after the rows.
CLOCK = processor("clock", '''
    def init(self, handle):
        self.handle = handle
        self.n = handle.getValueState("n", "n bigint")
    def handleInputRows(self, key, rows, timerValues):
        n = (self.n.get()[0] if self.n.exists() else 0) + len(list(rows))
        self.n.update((n,))
        self.handle.registerTimer(timerValues.getCurrentProcessingTimeInMs() + (1000 if key[0] == "a" else 3600000))
        yield Row(k=key[0], what="rows", n=n)
    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        n = self.n.get()[0]
        self.n.clear()
        yield Row(k=key[0], what="timer", n=n)
''')
CLOCK_QUERY = transform("k string, what string, n bigint", time="ProcessingTime")

# applyInPandasWithState: state that goes and comes, timeouts that are put off, kept, and forgotten.
COMES_AND_GOES = '''# twin: comes and goes
import pandas as pd

def fn(key, pdfs, state):
    n = state.get[0] if state.exists else 0
    if state.hasTimedOut:
        if n > 5:
            state.remove()
            yield pd.DataFrame({"k": [key[0]], "what": ["gone"], "n": [n], "there": [state.exists]})
        else:
            state.update((n + 5,))
            state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + 3000)
            yield pd.DataFrame({"k": [key[0]], "what": ["again"], "n": [n], "there": [state.exists]})
    else:
        last = 0
        for pdf in pdfs:
            n += len(pdf)
            last = max(last, max(int(x.timestamp() * 1000) for x in pdf["ts"]))
        if n == 3:
            state.remove()
        else:
            state.update((n,))
            if n % 2 == 1:
                state.setTimeoutTimestamp(max(last + 2000, state.getCurrentWatermarkMs() + 1))
        yield pd.DataFrame({"k": [key[0]], "what": ["rows"], "n": [n], "there": [state.exists]})
'''
COMES_AND_GOES_QUERY = 't.withWatermark("ts", "1 second").groupBy("k").applyInPandasWithState(fn, "k string, what string, n bigint, there boolean", "n bigint", "{mode}", "EventTimeTimeout")'

# The rows say which verbs are called: what the values, lists, maps and timers of the key are after each.
SCRIPT_BODY = '''
    def init(self, handle):
        self.handle = handle
        self.v = handle.getValueState("v", "n bigint"{ttl})
        self.l = handle.getListState("l", "n bigint, s string"{ttl})
        self.m = handle.getMapState("m", "n bigint", "s string"{ttl})
    def handleInputRows(self, key, rows, timerValues):
        for r in rows:
            self.run(r.op, r.n)
            yield Row(k=key[0], op=r.op, n=r.n, state=self.shown())
    def run(self, op, n):
        if op == "update": self.v.update((n,))
        elif op == "clear": self.v.clear()
        elif op == "append": self.l.appendValue((n, "s" + str(n)))
        elif op == "appendList": self.l.appendList([(n, None), (n + 1, "x")])
        elif op == "put": self.l.put([(n, "put")])
        elif op == "clearList": self.l.clear()
        elif op == "set": self.m.updateValue((n,), ("m" + str(n),))
        elif op == "remove": self.m.removeKey((n,))
        elif op == "clearMap": self.m.clear()
        elif op == "timer": self.handle.registerTimer(n * 1000)
        elif op == "delete": self.handle.deleteTimer(n * 1000)
    def shown(self):
        v = self.v.get()[0] if self.v.exists() else "-"
        l = " ".join(f"{x[0]}{x[1] or ''}" for x in self.l.get())
        m = " ".join(sorted(f"{k[0]}{v[0]}" for k, v in self.m.iterator()))
        return f"{v} [{l}] {{{m}}} {int(self.l.exists())}{int(self.m.exists())}" + TIMERS
    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        yield Row(k=key[0], op="due", n=expiredTimerInfo.getExpiryTimeInMs() // 1000, state=self.shown())
'''
SCRIPT = processor("script", SCRIPT_BODY.replace("{ttl}", "").replace(" + TIMERS", ' + " " + " ".join(str(t // 1000) for t in sorted(self.handle.listTimers()))'))
SCRIPT_QUERY = transform("k string, op string, n bigint, state string", mode="update", time="EventTime", of='t.withWatermark("ts", "0 seconds")')
SCRIPT_TTL = processor("script with ttl", SCRIPT_BODY.replace("{ttl}", ", ttlDurationMs=12000").replace(" + TIMERS", ""))
SCRIPT_TTL_QUERY = transform("k string, op string, n bigint, state string", mode="update", time="ProcessingTime")

# What a processor may not do: each is a verb of its only call.
WRONG = {
    "put-nothing": ("l.put([])", "None"), "append-nothing": ("l.appendList([])", "None"), "timer-without-time": ("h.registerTimer(1)", "None"),
    "list-timers-without-time": ("list(h.listTimers())", "None"), "delete-timer-without-time": ("h.deleteTimer(1)", "None"), "late-state": ('h.getValueState("late", "n bigint")', "None"),
    "fails": ("1 // 0", "None"), "null-value": ("v.update(None)", "None"), "null-key": ("m.updateValue(None, (1,))", "None"),
}
WRONG_INIT = {
    "ttl-without-time": 'handle.getValueState("w", "n bigint", ttlDurationMs=1000)', "twice": 'handle.getListState("v", "n bigint")', "timer-in-init": "handle.registerTimer(1)",
    "underscore": 'handle.getValueState("_w", "n bigint")', "dollar": 'handle.getValueState("$w", "n bigint")', "no-name": 'handle.getValueState("", "n bigint")', "delete-in-init": 'handle.deleteIfExists("w")',
}


def wrong(name, verb="pass", more="pass"):
    return processor("wrong " + name, f'''
    def init(self, handle):
        self.h = handle
        self.v = handle.getValueState("v", "n bigint"); self.l = handle.getListState("l", "n bigint"); self.m = handle.getMapState("m", "n bigint", "n bigint")
        {more}
    def handleInputRows(self, key, rows, timerValues):
        h, v, l, m = self.h, self.v, self.l, self.m
        {verb}
        yield Row(k=key[0], n=1)
''')

# Rows whose event time lies before what the watermark has passed.
STAMPED_OLD = processor("stamped old", '''
    def init(self, handle):
        pass
    def handleInputRows(self, key, rows, timerValues):
        import datetime
        for r in rows:
            yield Row(k=key[0], at=r.ts - datetime.timedelta(seconds=3), n=1)
''')


# applyInPandasWithState: the rows say which verbs are called. A timeout ends the key; the first function lets it be, and is called again and again.
SCRIPT_TEXT = '''# twin: NAME
import pandas as pd

def fn(key, pdfs, state):
    if state.hasTimedOut:
        yield pd.DataFrame({"k": [key[0]], "what": ["timeout"], "n": [state.get[0] if state.exists else -1], "there": [state.exists]})
        GONEreturn
    for pdf in pdfs:
        for op, n in zip(pdf["op"], pdf["n"]):
            if op == "update":
                state.update((int(n),))
            elif op == "remove":
                state.remove()
            elif op == "timeout":
                state.setTimeoutTimestamp(max(int(n) * 1000, state.getCurrentWatermarkMs() + 1))
    yield pd.DataFrame({"k": [key[0]], "what": ["rows"], "n": [state.get[0] if state.exists else -1], "there": [state.exists]})
'''
UNTOUCHED_FN = SCRIPT_TEXT.replace("NAME", "untouched timeouts").replace("GONE", "")
SCRIPT_FN = SCRIPT_TEXT.replace("NAME", "script function").replace("GONE", "state.remove()\n        ")
SCRIPT_FN_QUERY = 't.withWatermark("ts", "0 seconds").groupBy("k").applyInPandasWithState(fn, "k string, what string, n bigint, there boolean", "n bigint", "{mode}", "EventTimeTimeout")'
