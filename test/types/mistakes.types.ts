/**
 * What the compiler must refuse of the kinds of values, and what it must let pass: nothing here runs. `.cast()` is the way past.
 */
import {
  addMonths,
  arrayAppend,
  arrayContains,
  arrayInsert,
  arrayPrepend,
  arrayRemove,
  arraysOverlap,
  arraysZip,
  assertTrue,
  avg,
  boolAnd,
  bround,
  col,
  collectSet,
  conv,
  convertTimezone,
  countIf,
  dateAdd,
  dateFormat,
  dateFromUnixDate,
  dayname,
  desc,
  elementAt,
  explode,
  expr,
  filter,
  fromUnixtime,
  histogramNumeric,
  hour,
  jsonArrayLength,
  like,
  listagg,
  lit,
  makeDtInterval,
  makeInterval,
  makeTimestamp,
  mapConcat,
  mapFromEntries,
  mapKeys,
  mask,
  max,
  median,
  min,
  minBy,
  mode,
  monthname,
  nanvl,
  nextDay,
  not,
  percentile,
  percentileApprox,
  pow,
  regexpExtract,
  regexpReplace,
  regrCount,
  regrSlope,
  round,
  schema,
  sequence,
  size,
  sqrt,
  stddev,
  sum,
  t,
  timestampAdd,
  timestampDiff,
  toJson,
  upper,
  when,
  widthBucket,
  window,
  year,
  type DataFrame,
  type RowOf,
  type Session,
} from "../../index.js";

declare const session: Session;
const Event = schema({
  id: t.long.notNull,
  user: t.string,
  at: t.timestamp,
  day: t.date,
  local: t.timestampNtz,
  price: t.decimal(10, 2),
  celsius: t.double,
  hot: t.boolean,
  tags: t.array(t.string),
  attributes: t.map(t.string, t.string),
  place: t.struct({ city: t.string, floor: t.int }),
  bytes: t.binary,
});
declare const events: DataFrame<RowOf<typeof Event>>;
declare const users: DataFrame<{ user: string; id: string; age: number | null }>;

/** What Spark does as well, or what the compiler cannot know: all of it compiles. */
export function sound(): void {
  events.select(sum("id"), sum("price"), avg("celsius"), max("user"), min("at"), max("place"), minBy("user", "at"));
  events.select(
    col("price").plus(1).as("a"),
    col("price")
      .multiply("id" in {} ? 2 : 3)
      .as("b"),
    col("day").plus(1).as("c"),
  );
  events.groupBy(window("at", "1 minute")).count();
  events.groupBy(window("local", "1 minute")).count();
  events.where(col("at").gt("2024-01-01").and(col("day").leq("2024-12-31")).and(col("price").gt("9.99")));
  events.where(col("at").between(new Date(0), new Date(1)));
  events.where(col("user").isin("a", "b").or(col("user").isin("c", null)));
  events.where(col("user").eq(null).or(lit(null).isNull()));
  events.where(col("id").eq(col("celsius")).and(col("id").eq(1n)));
  events.where(col("user").cast("long").gt(1));
  events.where("id");
  events.where(expr("id"));
  events.where(col("id").cast("boolean"));
  events.select(sum(col("user").cast("double")).as("s"));
  events.select(sum(expr("user")).as("s"));
  events.select(dateAdd("day", 1).as("a"), dateAdd("at", "id" in {} ? 1 : 2).as("b"), year("local").as("c"), hour("at").as("d"));
  events.select(
    upper("user").as("a"),
    upper(col("id").cast("string")).as("b"),
    like("day", "2024%").as("c"),
    col("bytes").contains("x").as("d"),
  );
  events.select(size("tags").as("a"), size("attributes").as("b"), elementAt("attributes", "k").as("c"), mapKeys("attributes").as("d"));
  events.select(filter("tags", (tag) => tag.startsWith("n")).as("f"), toJson("place").as("j"));
  events.selectExpr<RowOf<typeof Event>>("*").join(users, "user");
  events.withWatermark("at", "1 minute").withWatermark("local", "1 minute");
  events.unionByName(events.select("id").withColumn("id", lit(2)), true);
  session.read.schema("a DECIMAL(10,2) NOT NULL, b ARRAY<STRUCT<x: INT>>, c TIMESTAMP_NTZ COMMENT 'when'");
  session.read.schema(
    "a INT NOT NULL, m MAP<STRING, ARRAY<STRUCT<x: INT, y DECIMAL(3, 1)>>>, i INTERVAL DAY TO SECOND, n MAP<STRING, DOUBLE> NOT NULL, s STRUCT<a: INT, b: STRING> NOT NULL,\n  v: VARCHAR(3)",
  );
  events.select(col("id").cast("map<string, array<decimal(3,1)>>"), col("id").cast("interval day to second"));
}

/** Functions that take what they are given here. */
export function soundFunctions(): void {
  events.select(arrayInsert("tags", 1, "new").as("a"), arrayAppend("tags", "x").as("b"), arraysZip("tags", "tags").as("c"));
  events.select(sequence(lit(1), "id").as("a"), sequence("at", "at", makeDtInterval(lit(1))).as("b"), mapConcat("attributes").as("c"));
  events.select(dateFormat("at", "yyyy").as("a"), dateFormat("day", "yyyy").as("b"), fromUnixtime("id").as("c"), dayname("local").as("d"));
  events.select(timestampAdd("MONTH", "id", "at").as("a"), timestampDiff("DAY", "day", "at").as("b"), nextDay("day", "Monday").as("c"));
  events.select(makeTimestamp("id", "id", "id", "id", "id", "price", lit("UTC")).as("a"), makeInterval("id").as("b"));
  events.select(regexpReplace("user", "a", "b").as("a"), mask("user").as("b"), conv("id", 10, 16).as("c"), conv("user", 16, 10).as("d"));
  events.select(nanvl("celsius", lit(0)).as("a"), widthBucket("celsius", lit(0), lit(1), "id").as("b"), assertTrue("hot").as("c"));
  events.agg(percentile("price", 0.5, "id").as("a"), percentileApprox("at", 0.5).as("b"), median("celsius").as("c"), mode("user").as("d"));
  events.agg(listagg("user", ",").as("a"), histogramNumeric("day", 5).as("b"), regrSlope("celsius", "id").as("c"));
}

/** Functions that do not: none of these compiles. */
export function mistakesOfFunctions(): void {
  // @ts-expect-error no array
  events.select(arrayInsert("user", 1, "new").as("a"));
  // @ts-expect-error a place that is a text
  events.select(arrayInsert("tags", "first", "new").as("a"));
  // @ts-expect-error no array
  events.select(arrayAppend("attributes", "new").as("a"));
  // @ts-expect-error no array
  events.select(arrayPrepend("id", 1).as("a"));
  // @ts-expect-error no array
  events.select(arrayRemove("user", "x").as("a"));
  // @ts-expect-error one of them is no array
  events.where(arraysOverlap("tags", "user"));
  // @ts-expect-error one of them is no array
  events.select(arraysZip("tags", "id").as("a"));
  // @ts-expect-error a sequence of texts
  events.select(sequence("user", "user").as("a"));
  // @ts-expect-error one of them is no map
  events.select(mapConcat("attributes", "tags").as("a"));
  // @ts-expect-error a map of a text
  events.select(mapFromEntries("user").as("a"));
  // @ts-expect-error a number is no time
  events.select(dateFormat("id", "yyyy").as("a"));
  // @ts-expect-error seconds that are a text
  events.select(fromUnixtime("user").as("a"));
  // @ts-expect-error a day of a number
  events.select(dayname("id").as("a"));
  // @ts-expect-error a month of a text
  events.select(monthname("user").as("a"));
  // @ts-expect-error days that are a text
  events.select(dateFromUnixDate("user").as("a"));
  // @ts-expect-error a quantity that is a text
  events.select(timestampAdd("MONTH", "user", "at").as("a"));
  // @ts-expect-error a start that is a number
  events.select(timestampDiff("DAY", "id", "at").as("a"));
  // @ts-expect-error of a number
  events.select(nextDay("id", "Monday").as("a"));
  // @ts-expect-error a zone that the row lacks
  events.select(convertTimezone("zone", lit("UTC"), "local").as("a"));
  // @ts-expect-error a month that is a text
  events.select(makeTimestamp("id", "user", "id", "id", "id", "id").as("a"));
  // @ts-expect-error hours that are a text
  events.select(makeDtInterval("id", "user").as("a"));
  // @ts-expect-error a pattern over a number
  events.select(regexpReplace("id", "a", "b").as("a"));
  // @ts-expect-error a pattern over an array
  events.select(regexpExtract("tags", "a").as("a"));
  // @ts-expect-error a masked number
  events.select(mask("id").as("a"));
  // @ts-expect-error another base of an array
  events.select(conv("tags", 10, 16).as("a"));
  // @ts-expect-error a text is never NaN
  events.select(nanvl("user", lit(0)).as("a"));
  // @ts-expect-error a bucket of texts
  events.select(widthBucket("user", lit(0), lit(1), lit(2)).as("a"));
  // @ts-expect-error JSON that is a number
  events.select(jsonArrayLength("id").as("a"));
  // @ts-expect-error a condition that is a number
  events.select(assertTrue("id").as("a"));
  // @ts-expect-error a percentile of texts
  events.agg(percentile("user", 0.5).as("a"));
  // @ts-expect-error a frequency that is a text
  events.agg(percentile("celsius", 0.5, "user").as("a"));
  // @ts-expect-error a percentile of texts
  events.agg(percentileApprox("user", 0.5).as("a"));
  // @ts-expect-error the middle of texts
  events.agg(median("user").as("a"));
  // @ts-expect-error numbers in a list of texts
  events.agg(listagg("id").as("a"));
  // @ts-expect-error bars of texts
  events.agg(histogramNumeric("user", 5).as("a"));
  // @ts-expect-error a line through texts
  events.agg(regrSlope("celsius", "user").as("a"));
  // @ts-expect-error how many pairs of a text
  events.agg(regrCount("user", "id").as("a"));
}

/** Each of these must not compile. */
export function mistakes(): void {
  // @ts-expect-error a sum of texts
  events.agg(sum("user").as("s"));
  // @ts-expect-error an average of texts, in groups
  events.groupBy("id").agg(avg("user").as("s"));
  // @ts-expect-error the short form of it
  events.groupBy("id").sum("user");
  // @ts-expect-error of a boolean
  events.groupBy("id").avg("hot");
  // @ts-expect-error maps have no order
  events.groupBy("id").max("attributes");
  // @ts-expect-error maps have no order
  events.agg(min("attributes").as("m"));
  // @ts-expect-error nor for minBy
  events.agg(minBy("id", "attributes").as("m"));
  // @ts-expect-error nor to sort by
  events.orderBy(desc("attributes"));
  // @ts-expect-error nor are they alike
  events.agg(collectSet("attributes").as("m"));
  // @ts-expect-error the deviation of times
  events.agg(stddev("at").as("s"));
  // @ts-expect-error a condition that is a number
  events.agg(countIf("id").as("n"));
  // @ts-expect-error a condition that is a text
  events.agg(boolAnd("user").as("n"));
  // @ts-expect-error a window of texts
  events.groupBy(window("user", "1 minute")).count();
  // @ts-expect-error a window of numbers
  events.groupBy(window("id", "1 minute")).count();
  // @ts-expect-error a watermark of texts
  events.withWatermark("user", "1 minute");
  // @ts-expect-error a watermark of dates
  events.withWatermark("day", "1 minute");
  // @ts-expect-error a condition that is a number
  events.where(col("id"));
  // @ts-expect-error a condition that is a text
  events.filter(col("user"));
  // @ts-expect-error arithmetic with a text
  events.select(col("id").plus("abc").as("x"));
  // @ts-expect-error arithmetic with a text column
  events.select(col("id").plus(col("user")).as("x"));
  // @ts-expect-error of a text column
  events.select(col("user").multiply(2).as("x"));
  // @ts-expect-error of a boolean
  events.select(col("hot").minus(1).as("x"));
  // @ts-expect-error of an array
  events.withColumn("x", col("tags").plus(1));
  const deep = upper(col("id").plus(col("user")).cast("string"));
  // @ts-expect-error deep inside
  events.select(when(col("id").gt(1), deep).otherwise("x").as("x"));
  // @ts-expect-error a number and a text are compared
  events.where(col("id").eq("abc"));
  // @ts-expect-error a text and a number are compared
  events.where(col("user").lt(5));
  // @ts-expect-error columns of two kinds are compared
  events.where(col("id").eq(col("user")));
  // @ts-expect-error a boolean and a text
  events.where(col("hot").eq("true"));
  // @ts-expect-error a time and a number
  events.where(col("at").gt(1_700_000_000));
  // @ts-expect-error values of another kind
  events.where(col("id").isin("a", "b"));
  // @ts-expect-error bounds of another kind
  events.where(col("id").between("a", "b"));
  // @ts-expect-error maps cannot be compared
  events.where(col("attributes").eq(col("attributes")));
  // @ts-expect-error a pattern on numbers
  events.where(col("id").like("1%"));
  // @ts-expect-error the same as a function
  events.where(like("id", "1%"));
  // @ts-expect-error a number that starts with something
  events.where(col("id").startsWith("1"));
  // @ts-expect-error what is joined by and is no boolean
  events.where(col("id").gt(1).and(col("id")));
  // @ts-expect-error nor is a text one
  events.where(col("hot").or("id > 1"));
  // @ts-expect-error not of a number
  events.where(not("id"));
  // @ts-expect-error not of a number
  events.where(col("id").not());
  // @ts-expect-error a branch whose condition is a number
  events.select(when(col("id"), 1).as("x"));
  // @ts-expect-error capital letters of a number
  events.select(upper("id").as("x"));
  // @ts-expect-error a date of a number
  events.select(dateAdd("id", 1).as("x"));
  // @ts-expect-error months of a text
  events.select(addMonths("user", 1).as("x"));
  // @ts-expect-error days that are a text
  events.select(dateAdd("day", col("user")).as("x"));
  // @ts-expect-error the year of a text
  events.select(year("user").as("x"));
  // @ts-expect-error the root of a text
  events.select(sqrt("user").as("x"));
  // @ts-expect-error the power of a text
  events.select(pow("celsius", "user").as("x"));
  // @ts-expect-error rounded texts
  events.select(round("user").as("x"), bround("celsius").as("y"));
  // @ts-expect-error the elements of a text
  events.select(explode("user").as("x"));
  // @ts-expect-error the size of a number
  events.select(size("id").as("x"));
  // @ts-expect-error the keys of an array
  events.select(mapKeys("tags").as("x"));
  // @ts-expect-error what a text contains is `contains`
  events.where(arrayContains("user", "a"));
  // @ts-expect-error a filter whose condition is a text
  events.select(filter("tags", (tag) => upper(tag)).as("x"));
  // @ts-expect-error JSON of a number
  events.select(toJson("id").as("x"));
  // @ts-expect-error a number is joined with a text by name
  events.join(users, "id");
  // @ts-expect-error by several names
  events.join(users, ["user", "id"]);
  // @ts-expect-error by a condition
  events.join(users, col("celsius").eq(col("user")));
  // @ts-expect-error by a condition that is none
  events.join(users, col("celsius"));
  // @ts-expect-error a function of both rows
  events.join(users, (event, user) => event.id.eq(user.id));
  // @ts-expect-error a column that only the other side has
  events.join(users, (event, user) => event.age.eq(user.age));
  // @ts-expect-error columns of other kinds one below the other
  events.select("id").unionByName(users.select("id"));
  // @ts-expect-error an object is Spark's form in other languages
  events.groupBy("id").agg({ celsius: "avg" });
  // @ts-expect-error a list of names
  events.dropDuplicates(["id"]);
  // @ts-expect-error no such column any more
  events.drop("user").withColumn("loud", upper("user"));
  // @ts-expect-error no such column to sort by
  events.orderBy("usr");
  // @ts-expect-error no such type
  session.read.schema("id BIGNT");
  // @ts-expect-error no such type, the second
  session.read.schema("id BIGINT, name STRNG");
  // @ts-expect-error no such type inside another
  session.read.schema("id BIGINT, tags ARRAY<STRNG>");
  // @ts-expect-error no such type of a member
  session.read.schema("id BIGINT, place STRUCT<city: STRNG, floor: INT>");
  // @ts-expect-error no such type of rows in memory
  session.createDataFrame([{ id: 1 }], "id BIGNT");
  // @ts-expect-error no such type to cast to
  events.select(col("id").cast("bignt"));
}

/** Functions of the row. */
export function ofTheRow(): void {
  events.where((row) => row.celsius.gt(30).and(row.user.isNotNull()));
  events.select((row) => [row.user, row.celsius.plus(273.15).as("kelvin")]).orderBy((row) => row.kelvin.desc());
  events.withColumn("kelvin", (row) => row.celsius.plus(273.15)).where(({ kelvin }) => kelvin.gt(0));
  events.groupBy((row) => [window(row.at, "1 minute"), row.user]).agg((row) => [avg(row.celsius).as("mean")]);
  events.join(users, (event, user) => event.user.eq(user.user), "left");
  // @ts-expect-error no such column
  events.where((row) => row.celsuis.gt(30));
  // @ts-expect-error a condition that is a number
  events.where((row) => row.id);
  // @ts-expect-error a comparison of two kinds
  events.where((row) => row.id.eq("a"));
  // @ts-expect-error a sum of texts
  events.groupBy("id").agg((row) => [sum(row.user).as("s")]);
  // @ts-expect-error what compares columns gives columns, not booleans
  events.where((row) => row.id > 1);
}
