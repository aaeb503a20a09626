import { expr } from "../../../dataframe/functions.js";
import type { Frame } from "./buildDataFrame.js";
import { count, CountToFour, countUntilSilent, CountWithTtl, ListAndMap, sessions, timeoutInPast } from "./portedFunctions.js";
import { hasTwin, twinQuery } from "./twins.js";

// Golden cases with Python functions, by the exact text of `query.pyspark`. Nothing here knows any case's data.

interface Port {
  readonly text: string;
  readonly build: (t: Frame) => Frame;
}

const ports: readonly Port[] = [
  {
    text: `import pandas as pd

def fn(key, pdfs, state):
    (n, s) = state.get if state.exists else (0, 0)
    for pdf in pdfs:
        n += len(pdf); s += int(pdf["v"].sum())
    state.update((n, s))
    yield pd.DataFrame({"k": [key[0]], "n": [n], "s": [s]})

result = t.groupBy("k").applyInPandasWithState(fn, "k string, n bigint, s bigint", "n bigint, s bigint", "append", "NoTimeout")`,
    build: (t) =>
      t.groupBy("k").flatMapGroupsWithState(count, {
        outputSchema: "k string, n bigint, s bigint",
        stateSchema: "n bigint, s bigint",
        outputMode: "append",
        timeout: "none",
      }),
  },
  {
    text: `import pandas as pd

def fn(key, pdfs, state):
    (n, s) = state.get if state.exists else (0, 0)
    for pdf in pdfs:
        n += len(pdf); s += int(pdf["v"].sum())
    state.update((n, s))
    yield pd.DataFrame({"k": [key[0]], "n": [n], "s": [s]})

result = t.groupBy("k").applyInPandasWithState(fn, "k string, n bigint, s bigint", "n bigint, s bigint", "update", "NoTimeout")`,
    build: (t) =>
      t.groupBy("k").flatMapGroupsWithState(count, {
        outputSchema: "k string, n bigint, s bigint",
        stateSchema: "n bigint, s bigint",
        outputMode: "update",
        timeout: "none",
      }),
  },
  {
    text: `import pandas as pd

def fn(key, pdfs, state):
    (n, s) = state.get if state.exists else (0, 0)
    for pdf in pdfs:
        n += len(pdf); s += int(pdf["v"].sum())
    state.update((n, s))
    yield pd.DataFrame({"k": [key[0]], "n": [n], "s": [s]})

result = t.groupBy("k").applyInPandasWithState(fn, "k string, n bigint, s bigint", "n bigint, s bigint", "append", "EventTimeTimeout")`,
    build: (t) =>
      t.groupBy("k").flatMapGroupsWithState(count, {
        outputSchema: "k string, n bigint, s bigint",
        stateSchema: "n bigint, s bigint",
        outputMode: "append",
        timeout: "eventTime",
      }),
  },
  {
    text: `import pandas as pd

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

result = t.withWatermark("ts", "0 seconds").groupBy("k").applyInPandasWithState(fn, "k string, what string, n bigint, wm bigint", "n bigint, mx bigint", "append", "EventTimeTimeout")`,
    build: (t) => sessions(t),
  },
  {
    text: `import pandas as pd

def fn(key, pdfs, state):
    if state.hasTimedOut:
        (n,) = state.get
        state.remove()
        yield pd.DataFrame({"k": [key[0]], "what": ["timeout"], "n": [n]})
    else:
        (n,) = state.get if state.exists else (0,)
        for pdf in pdfs:
            n += len(pdf)
        state.update((n,))
        state.setTimeoutDuration(1000 if key[0] == "a" else 3600000)
        yield pd.DataFrame({"k": [key[0]], "what": ["data"], "n": [n]})

result = t.groupBy("k").applyInPandasWithState(fn, "k string, what string, n bigint", "n bigint", "update", "ProcessingTimeTimeout")`,
    build: (t) =>
      t.groupBy("k").flatMapGroupsWithState(countUntilSilent, {
        outputSchema: "k string, what string, n bigint",
        stateSchema: "n bigint",
        outputMode: "update",
        timeout: "processingTime",
      }),
  },
  {
    text: `import pandas as pd

def fn(key, pdfs, state):
    (n, s) = state.get if state.exists else (0, 0)
    for pdf in pdfs:
        n += len(pdf); s += int(pdf["v"].sum())
    state.update((n, s))
    yield pd.DataFrame({"k": [key[0]], "n": [n], "s": [s]})

result = t.groupBy("k").applyInPandasWithState(fn, "k string, n bigint, s bigint", "n bigint, s bigint", "complete", "NoTimeout")`,
    build: (t) =>
      t.groupBy("k").flatMapGroupsWithState(count, {
        outputSchema: "k string, n bigint, s bigint",
        stateSchema: "n bigint, s bigint",
        outputMode: "complete",
        timeout: "none",
      }),
  },
  {
    text: `import pandas as pd

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

result = t.withWatermark("ts", "0 seconds").groupBy("k").applyInPandasWithState(fn, "k string, what string, n bigint, wm bigint", "n bigint, mx bigint", "append", "EventTimeTimeout").groupBy("what").agg(F.expr("count(*) AS n"))`,
    build: (t) => sessions(t).groupBy("what").agg(expr("count(*) AS n")),
  },
  {
    text: `import pandas as pd

def fn(key, pdfs, state):
    for pdf in pdfs: pass
    state.update((1,))
    state.setTimeoutTimestamp(1)
    yield pd.DataFrame({"k": [key[0]], "n": [1]})

result = t.withWatermark("ts", "0 seconds").groupBy("k").applyInPandasWithState(fn, "k string, n bigint", "n bigint", "append", "EventTimeTimeout")`,
    build: (t) =>
      t.withWatermark("ts", "0 seconds").groupBy("k").flatMapGroupsWithState(timeoutInPast, {
        outputSchema: "k string, n bigint",
        stateSchema: "n bigint",
        outputMode: "append",
        timeout: "eventTime",
      }),
  },
  {
    text: `from pyspark.sql import Row
from pyspark.sql.streaming import StatefulProcessor, StatefulProcessorHandle

class Proc(StatefulProcessor):
    def init(self, handle):
        self.ls = handle.getListState("vals", "v bigint")
        self.mp = handle.getMapState("hist", "parity string", "n bigint")
    def handleInputRows(self, key, rows, timerValues):
        for r in rows:
            self.ls.appendValue((r.v,))
            p = "odd" if r.v % 2 else "even"
            cur = self.mp.getValue((p,))[0] if self.mp.containsKey((p,)) else 0
            self.mp.updateValue((p,), (cur + 1,))
        vals = [x[0] for x in self.ls.get()]
        hist = sorted((k[0], v[0]) for k, v in self.mp.iterator())
        if len(vals) > 3:
            self.ls.put([(x,) for x in vals[-2:]])
            self.mp.removeKey(("odd",))
        yield Row(k=key[0], vals=vals, hist=",".join(f"{a}={b}" for a, b in hist))
    def close(self):
        pass

result = t.groupBy("k").transformWithState(statefulProcessor=Proc(), outputStructType="k string, vals array<bigint>, hist string", outputMode="update", timeMode="None")`,
    build: (t) => t.groupBy("k").transformWithState(() => new ListAndMap(), { outputSchema: "k string, vals array<bigint>, hist string" }),
  },
  {
    text: `from pyspark.sql import Row
from pyspark.sql.streaming import StatefulProcessor, StatefulProcessorHandle

class Proc(StatefulProcessor):
    def init(self, handle):
        self.st = handle.getValueState("count", "n bigint, s bigint")
    def handleInputRows(self, key, rows, timerValues):
        n, s = self.st.get() if self.st.exists() else (0, 0)
        for r in rows:
            n += 1; s += r.v
        if n >= 4:
            self.st.clear()
        else:
            self.st.update((n, s))
        yield Row(k=key[0], n=n, s=s)
    def close(self):
        pass

result = t.groupBy("k").transformWithState(statefulProcessor=Proc(), outputStructType="k string, n bigint, s bigint", outputMode="complete", timeMode="None")`,
    build: (t) => t.groupBy("k").transformWithState(() => new CountToFour(), { outputSchema: "k string, n bigint, s bigint" }),
  },
  {
    text: `from pyspark.sql import Row
from pyspark.sql.streaming import StatefulProcessor, StatefulProcessorHandle

class Proc(StatefulProcessor):
    def init(self, handle):
        self.st = handle.getValueState("count", "n bigint, s bigint")
    def handleInputRows(self, key, rows, timerValues):
        n, s = self.st.get() if self.st.exists() else (0, 0)
        for r in rows:
            n += 1; s += r.v
        if n >= 4:
            self.st.clear()
        else:
            self.st.update((n, s))
        yield Row(k=key[0], n=n, s=s)
    def close(self):
        pass

result = t.groupBy("k").transformWithState(statefulProcessor=Proc(), outputStructType="k string, n bigint, s bigint", outputMode="update", timeMode="None")`,
    build: (t) => t.groupBy("k").transformWithState(() => new CountToFour(), { outputSchema: "k string, n bigint, s bigint" }),
  },
  {
    text: `from pyspark.sql import Row
from pyspark.sql.streaming import StatefulProcessor, StatefulProcessorHandle

class Proc(StatefulProcessor):
    def init(self, handle):
        self.st = handle.getValueState("count", "n bigint", ttlDurationMs=12000)
        self.for_ever = handle.getValueState("total", "n bigint")
    def handleInputRows(self, key, rows, timerValues):
        n = self.st.get()[0] if self.st.exists() else 0
        m = self.for_ever.get()[0] if self.for_ever.exists() else 0
        for r in rows:
            n += 1; m += 1
        self.st.update((n,)); self.for_ever.update((m,))
        yield Row(k=key[0], n=n, total=m)
    def close(self):
        pass

result = t.groupBy("k").transformWithState(statefulProcessor=Proc(), outputStructType="k string, n bigint, total bigint", outputMode="update", timeMode="ProcessingTime")`,
    build: (t) =>
      t.groupBy("k").transformWithState(() => new CountWithTtl(), {
        outputSchema: "k string, n bigint, total bigint",
        timeMode: "processingTime",
      }),
  },
  {
    text: `from pyspark.sql import Row
from pyspark.sql.streaming import StatefulProcessor, StatefulProcessorHandle

class Proc(StatefulProcessor):
    def init(self, handle):
        self.st = handle.getValueState("count", "n bigint, s bigint")
    def handleInputRows(self, key, rows, timerValues):
        n, s = self.st.get() if self.st.exists() else (0, 0)
        for r in rows:
            n += 1; s += r.v
        if n >= 4:
            self.st.clear()
        else:
            self.st.update((n, s))
        yield Row(k=key[0], n=n, s=s)
    def close(self):
        pass

result = t.groupBy("k").transformWithState(statefulProcessor=Proc(), outputStructType="k string, n bigint, s bigint", outputMode="append", timeMode="None")`,
    build: (t) => t.groupBy("k").transformWithState(() => new CountToFour(), { outputSchema: "k string, n bigint, s bigint" }),
  },
];

/** The query of a case whose Python functions are ported; null for any other. */
export function portedQuery(pyspark: string, tables: ReadonlyMap<string, Frame>): Frame | null {
  return ports.find(({ text }) => text === pyspark)?.build(tables.get("t")!) ?? twinQuery(pyspark, tables);
}

export function isPorted(pyspark: string | undefined): boolean {
  return pyspark !== undefined && (hasTwin(pyspark) || ports.some(({ text }) => text === pyspark));
}
