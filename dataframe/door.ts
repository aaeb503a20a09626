import {
  anything,
  boolean,
  callable,
  either,
  functionsOf,
  guard,
  instanceOf,
  isPlainObject,
  listOf,
  number,
  optional,
  optionValue,
  path,
  recordOf,
  rest,
  text,
  type Kind,
} from "./arguments.js";
import { Catalog } from "./catalog.js";
import { Column } from "./column.js";
import { Conf } from "./conf.js";
import { DataFrame, GroupedData } from "./dataFrame.js";
import {
  lackingOfCatalog,
  lackingOfColumn,
  lackingOfConf,
  lackingOfFrame,
  lackingOfGroups,
  lackingOfReader,
  lackingOfSession,
  lackingOfStreamWriter,
  lackingOfTableFunctions,
  lackingOfTableWriter,
  lackingOfWriter,
  tellOfLacking,
} from "./lacking.js";
import { DataFrameReader } from "./reader.js";
import { NullFunctions } from "./nullFunctions.js";
import { Session } from "./session.js";
import { StatFunctions } from "./statFunctions.js";
import { StreamingQueryManager } from "./streams.js";
import { DataStreamWriter } from "./streamWriter.js";
import { TableValuedFunctions } from "./tableFunctions.js";
import { DataFrameWriterV2 } from "./tableWriter.js";
import { WindowSpec } from "./window.js";
import { DataFrameWriter } from "./writer.js";

/*
 * The public door: what the methods of the public classes take. The classes go out from here, so that whoever has them has them guarded.
 */

const column = instanceOf("a Column", Column);
const columnName: Kind = { expected: "the name of a column", accepts: text.accepts };
const columnOrName = either(column, { ...columnName, expected: "the name of one" });
const stateHook: Kind = {
  expected: 'a function of a row of state, or "discard"',
  accepts: (value) => value === "discard" || callable.accepts(value),
};
const ofRow: Kind = { expected: "a function of the row", accepts: callable.accepts };
const items = rest(either(columnOrName, ofRow));
const aggregates = rest(either(column, ofRow));
const condition = either(column, { ...text, expected: "SQL text" }, ofRow);
const frame = instanceOf("a DataFrame", DataFrame);
const collectOptions: Kind = {
  expected: "an object with signal, an AbortSignal",
  accepts: (value) => isPlainObject(value) && (value["signal"] === undefined || value["signal"] instanceof AbortSignal),
};
const functionOptions: Kind = { expected: "an object of the function's options, as { concurrency: 16 }", accepts: isPlainObject };
const options = recordOf("an object of options, each a text, a number or a boolean", optionValue);
const on = either(columnName, listOf("a list of names", text), column, { ...ofRow, expected: "a function of both rows" });
const rows: Kind = {
  expected: "a list of rows, each an object by column name or a list of values",
  accepts: (value) => Array.isArray(value) && value.every((row) => typeof row === "object" && row !== null),
};
const listener = functionsOf(
  "a listener: an object with some of the functions onQueryStarted, onQueryProgress, onQueryIdle and onQueryTerminated",
  [],
  ["onQueryStarted", "onQueryProgress", "onQueryIdle", "onQueryTerminated"],
);
const rowWriter = functionsOf("an object with the function process, and maybe open and close", ["process"], ["open", "close"]);
const stateOptions: Kind = { expected: "an object with outputSchema and the other options of the verb", accepts: isPlainObject };
const conf = recordOf("an object of Spark's configuration keys", optionValue);
const sessionMembers: Readonly<Record<string, Kind>> = {
  conf,
  runtime: anything,
  print: callable,
  warn: callable,
  memoryTables: anything,
  readOptions: callable,
  isInterrupted: callable,
};
const sessionOptions: Kind = {
  expected: `an object with some of ${Object.keys(sessionMembers).join(", ")}`,
  accepts: (value) =>
    isPlainObject(value) &&
    Object.entries(value).every(
      ([name, member]) => member === undefined || (Object.hasOwn(sessionMembers, name) && sessionMembers[name]!.accepts(member)),
    ),
};

const newTable: Kind = { expected: "an object with some of source, path, schema, description and options", accepts: isPlainObject };

const filling = either(number, text, boolean);
const names = listOf("a list of names", text);
const listOfItems: Kind = {
  expected: "a list of columns, or their names",
  accepts: (value) => Array.isArray(value) && value.every((item) => columnOrName.accepts(item)),
};
const numbers = listOf("a list of numbers", number);
const fractions: Kind = {
  expected: "a Map, or an object, of a fraction for each value",
  accepts: (value) => {
    const all = value instanceof Map ? [...value.values()] : isPlainObject(value) ? Object.values(value) : [null];
    return all.every((fraction) => number.accepts(fraction));
  },
};
const fillings = recordOf("an object of numbers, texts or booleans by column", filling);
const replacements: Kind = {
  expected: "a Map, or an object, of what is replaced and by what: numbers, texts, booleans, or null",
  accepts: (value) =>
    value instanceof Map
      ? [...value].every(([from, to]) => filling.accepts(from) && (to === null || filling.accepts(to)))
      : isPlainObject(value) && Object.values(value).every((to) => to === null || filling.accepts(to)),
};

guard("DataFrame", DataFrame.prototype, {
  direct: {
    select: [items],
    selectExpr: [rest(text)],
    where: [condition],
    filter: [condition, optional(functionOptions)],
    map: [callable, anything, optional(functionOptions)],
    flatMap: [callable, anything, optional(functionOptions)],
    mapBatches: [callable, anything, optional(functionOptions)],
    withColumn: [columnName, either(column, ofRow)],
    withColumns: [recordOf("an object of Columns by name", column)],
    withColumnRenamed: [columnName, columnName],
    toDF: [rest(columnName)],
    drop: [rest(columnOrName)],
    as: [text],
    alias: [text],
    col: [columnName],
    groupBy: [items],
    agg: [aggregates],
    cube: [rest(columnOrName)],
    rollup: [rest(columnOrName)],
    join: [frame, on, optional(text)],
    lateralJoin: [frame, optional(either(column, text)), optional(text)],
    crossJoin: [frame],
    union: [frame],
    unionAll: [frame],
    unionByName: [frame, optional(boolean)],
    intersect: [frame],
    except: [frame],
    fillna: [either(filling, fillings), optional(names)],
    dropna: [optional(either(text, number, names)), optional(names)],
    intersectAll: [frame],
    exceptAll: [frame],
    subtract: [frame],
    withColumnsRenamed: [recordOf("an object of new names by name", text)],
    unpivot: [listOf("a list of names", text), optional(listOf("a list of names", text)), text, text],
    melt: [listOf("a list of names", text), optional(listOf("a list of names", text)), text, text],
    describe: [rest(columnName)],
    summary: [rest(text)],
    dropDuplicates: [rest(columnName)],
    dropDuplicatesWithinWatermark: [rest(columnName)],
    limit: [number],
    offset: [number],
    orderBy: [items],
    sort: [items],
    sortWithinPartitions: [items],
    sample: [number, optional(number)],
    to: [anything],
    sampleBy: [columnOrName, fractions, optional(number)],
    repartition: [optional(either(number, columnOrName)), rest(columnOrName)],
    repartitionByRange: [optional(either(number, columnOrName)), rest(columnOrName)],
    coalesce: [number],
    hint: [text, rest(anything)],
    persist: [optional(anything)],
    unpersist: [optional(boolean)],
    randomSplit: [numbers, optional(number)],
    colRegex: [text],
    replace: [either(replacements, columnName, names), optional(either(replacements, names))],
    zipWithIndex: [optional(columnName)],
    groupingSets: [listOf("a list of lists of columns, or their names", listOfItems), rest(columnOrName)],
    toLocalIterator: [],
    withWatermark: [columnName, text],
    id: [text],
    transform: [callable],
    createTempView: [text],
    writeTo: [text],
    createOrReplaceTempView: [text],
    explain: [anything],
  },
  promised: {
    collect: [optional(collectOptions)],
    head: [optional(number)],
    take: [number],
    tail: [number],
    corr: [columnName, columnName, optional(text)],
    cov: [columnName, columnName],
    approxQuantile: [either(columnName, names), numbers, number],
    crosstab: [columnName, columnName],
    freqItems: [names, optional(number)],
    transpose: [optional(columnName)],
    foreach: [callable],
    foreachPartition: [callable],
    show: [optional(number), optional(either(boolean, number))],
  },
});
guard("DataFrameNaFunctions", NullFunctions.prototype, {
  direct: {
    fill: [either(filling, fillings), optional(names)],
    drop: [optional(either(text, number, names)), optional(names)],
    replace: [either(replacements, columnName, names), optional(either(replacements, names))],
  },
});
guard("DataFrameStatFunctions", StatFunctions.prototype, {
  direct: { sampleBy: [columnOrName, fractions, optional(number)] },
  promised: {
    corr: [columnName, columnName, optional(text)],
    cov: [columnName, columnName],
    approxQuantile: [either(columnName, names), numbers, number],
    crosstab: [columnName, columnName],
    freqItems: [names, optional(number)],
  },
});
guard("GroupedData", GroupedData.prototype, {
  direct: {
    pivot: [columnName, listOf("a list of values", anything)],
    agg: [aggregates],
    sum: [rest(columnName)],
    avg: [rest(columnName)],
    mean: [rest(columnName)],
    min: [rest(columnName)],
    max: [rest(columnName)],
    reduceGroups: [callable],
    flatMapGroupsWithState: [callable, stateOptions],
    mapGroupsWithState: [callable, stateOptions],
    transformWithState: [callable, stateOptions],
  },
});
guard("Column", Column.prototype, {
  direct: {
    like: [text],
    ilike: [text],
    rlike: [text],
    substr: [number, number],
    as: [text, rest(text)],
    alias: [text],
    name: [text],
    getField: [text],
    withField: [text, anything],
    dropFields: [rest(text)],
    transform: [callable],
    when: [column, anything],
    over: [instanceOf("a window, as Window.partitionBy(…) gives it", WindowSpec)],
  },
});
guard("DataFrameReader", DataFrameReader.prototype, {
  direct: {
    format: [text],
    option: [text, optionValue],
    options: [options],
    load: [optional(path)],
    json: [path],
    text: [path],
    parquet: [path],
    table: [text],
  },
  promised: { inferSchema: [optional(path)] },
});
guard("DataFrameWriter", DataFrameWriter.prototype, {
  direct: { format: [text], mode: [text], option: [text, optionValue], options: [options], partitionBy: [rest(columnName)] },
  promised: { save: [optional(path)], json: [path], parquet: [path], insertInto: [text], saveAsTable: [text] },
});
guard("DataStreamWriter", DataStreamWriter.prototype, {
  direct: {
    queryName: [text],
    outputMode: [text],
    format: [text],
    option: [text, optionValue],
    options: [options],
    partitionBy: [rest(columnName)],
    foreachBatch: [callable],
    foreach: [rowWriter],
    onLate: [text],
    stateTtl: [text],
    migrateState: [text, stateHook],
    staticRefresh: [optional(boolean)],
    onMalformed: [text],
    sideOutput: [text, callable],
  },
  promised: { start: [optional(path)], toTable: [text] },
});
guard("StreamingQueryManager", StreamingQueryManager.prototype, {
  direct: { get: [text], addListener: [listener], removeListener: [anything] },
  promised: { awaitAnyTermination: [optional(number)] },
});
guard("Conf", Conf.prototype, {
  direct: {
    set: [text, optionValue],
    get: [text, optional(text)],
    find: [text],
    unset: [text],
    reset: [optional(text)],
    isModifiable: [text],
    boolean: [text],
    integer: [text],
    durationMs: [text],
    with: [conf],
  },
});
guard("Session", Session.prototype, {
  direct: { createDataFrame: [rows, anything], range: [number, optional(number), optional(number)], table: [text], dropTempView: [text] },
  promised: { sql: [text] },
});
guard("DataFrameWriterV2", DataFrameWriterV2.prototype, {
  direct: {
    using: [text],
    option: [text, optionValue],
    options: [options],
    tableProperty: [text, text],
    partitionedBy: [columnOrName, rest(columnOrName)],
  },
  promised: { overwrite: [column] },
});
guard("Catalog", Catalog.prototype, {
  direct: {
    setCurrentCatalog: [text],
    listCatalogs: [optional(text)],
    listFunctions: [optional(text), optional(text)],
    functionExists: [text, optional(text)],
    getFunction: [text, optional(text)],
    dropTempView: [text],
    refreshByPath: [text],
  },
  promised: {
    setCurrentDatabase: [text],
    listDatabases: [optional(text)],
    getDatabase: [text],
    databaseExists: [text],
    listTables: [optional(text), optional(text)],
    getTable: [text],
    getTableProperties: [text],
    tableExists: [text, optional(text)],
    listColumns: [text, optional(text)],
    createTable: [text, optional(newTable)],
    cacheTable: [text],
    uncacheTable: [text],
    isCached: [text],
    refreshTable: [text],
  },
});
guard("TableValuedFunctions", TableValuedFunctions.prototype, {
  direct: {
    range: [number, optional(number), optional(number), optional(number)],
    explode: [column],
    explodeOuter: [column],
    posexplode: [column],
    posexplodeOuter: [column],
    inline: [column],
    inlineOuter: [column],
    jsonTuple: [column, rest(column)],
    stack: [column, rest(column)],
  },
});
guard("Session", Session, { direct: { create: [optional(sessionOptions)] } });

tellOfLacking("DataFrame", DataFrame.prototype, lackingOfFrame);
tellOfLacking("GroupedData", GroupedData.prototype, lackingOfGroups);
tellOfLacking("Column", Column.prototype, lackingOfColumn);
tellOfLacking("DataFrameReader", DataFrameReader.prototype, lackingOfReader);
tellOfLacking("DataFrameWriter", DataFrameWriter.prototype, lackingOfWriter);
tellOfLacking("DataStreamWriter", DataStreamWriter.prototype, lackingOfStreamWriter);
tellOfLacking("DataFrameWriterV2", DataFrameWriterV2.prototype, lackingOfTableWriter);
tellOfLacking("TableValuedFunctions", TableValuedFunctions.prototype, lackingOfTableFunctions);
tellOfLacking("Catalog", Catalog.prototype, lackingOfCatalog);
tellOfLacking("Conf", Conf.prototype, lackingOfConf);
tellOfLacking("Session", Session.prototype, lackingOfSession);
tellOfLacking("Session", Session, { builder: lackingOfSession["builder"]!, getActiveSession: lackingOfSession["getActiveSession"]! });

export {
  Catalog,
  Column,
  Conf,
  DataFrame,
  DataFrameReader,
  DataFrameWriter,
  DataFrameWriterV2,
  DataStreamWriter,
  GroupedData,
  Session,
  StreamingQueryManager,
  TableValuedFunctions,
};
