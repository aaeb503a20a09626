// The same queries as data frames.
import { Window, avg, col, count, expr, max, min, rank, rowNumber, sum, window, type Session } from "tidemark";
import { side, stream, timed } from "./tables.js";

type Build = (session: Session, data: string) => ReturnType<Session["table"]>;

const day = () => expr("date_format(dateTime, 'yyyy-MM-dd')").as("day");
const ranks = ["price < 10000", "price >= 10000 AND price < 1000000", "price >= 1000000"];
const counts = () => [
  count().as("total_bids"),
  ...ranks.map((condition, i) => expr(`count(*) FILTER (WHERE ${condition})`).as(`rank${i + 1}_bids`)),
];
const distinct = () =>
  ["bidder", "auction"].flatMap((column) => [
    expr(`count(DISTINCT ${column})`).as(`total_${column}s`),
    ...ranks.map((condition, i) => expr(`count(DISTINCT ${column}) FILTER (WHERE ${condition})`).as(`rank${i + 1}_${column}s`)),
  ]);

/** Bids that came while their auction was open, with the auction's columns. */
function valid(session: Session, data: string) {
  const auctions = stream(session, data, "auction").withColumnsRenamed({ dateTime: "opens", extra: "auction_extra" });
  return stream(session, data, "bid").join(auctions, expr("auction = id AND dateTime BETWEEN opens AND expires"));
}

export const frames: Readonly<Record<string, Build>> = {
  q0: (session, data) => stream(session, data, "bid").select("auction", "bidder", "price", "dateTime", "extra"),
  q1: (session, data) => stream(session, data, "bid").select("auction", "bidder", expr("0.908 * price").as("price"), "dateTime", "extra"),
  q2: (session, data) => stream(session, data, "bid").where("auction % 123 = 0").select("auction", "price"),
  q3: (session, data) =>
    stream(session, data, "auction")
      .where("category = 10")
      .select("id", "seller")
      .join(
        stream(session, data, "person").where("state IN ('OR', 'ID', 'CA')").select(col("id").as("pid"), "name", "city", "state"),
        expr("seller = pid"),
      )
      .select("name", "city", "state", "id"),
  q4: (session, data) =>
    valid(session, data).groupBy("id", "category").agg(max("price").as("final")).groupBy("category").agg(avg("final").as("avg_price")),
  q5: (session, data) =>
    timed(session, data, "bid")
      .groupBy(window("dateTime", "10 seconds", "2 seconds"), "auction")
      .agg(count().as("num"))
      .withColumn("r", rank().over(Window.partitionBy("window").orderBy(col("num").desc())))
      .where("r = 1")
      .select(col("window.start").as("ws"), col("window.end").as("we"), "auction", "num"),
  q6: (session, data) =>
    valid(session, data)
      .groupBy("id", "seller", "expires")
      .agg(max("price").as("price"))
      .withColumn("r", rowNumber().over(Window.partitionBy("seller").orderBy(col("expires").desc(), col("id").desc())))
      .where("r <= 10")
      .groupBy("seller")
      .agg(avg("price").as("avg_price")),
  q7: (session, data) =>
    timed(session, data, "bid")
      .withColumn("w", window("dateTime", "10 seconds"))
      .withColumn("r", rank().over(Window.partitionBy("w").orderBy(col("price").desc())))
      .where("r = 1")
      .select(col("w.start").as("ws"), col("w.end").as("we"), "auction", "bidder", "price", "dateTime", "extra"),
  q8: (session, data) =>
    timed(session, data, "person")
      .select("id", "name", window("dateTime", "10 seconds").as("w"))
      .distinct()
      .join(
        timed(session, data, "auction").select("seller", window("dateTime", "10 seconds").as("w2")).distinct(),
        expr("id = seller AND w = w2"),
      )
      .select("id", "name", col("w.start").as("ws"), col("w.end").as("we")),
  q9: (session, data) =>
    valid(session, data)
      .withColumn("r", rowNumber().over(Window.partitionBy("id").orderBy(col("price").desc(), "dateTime")))
      .where("r = 1")
      .withColumnsRenamed({ dateTime: "bid_dateTime", extra: "bid_extra" })
      .withColumnsRenamed({ opens: "dateTime", auction_extra: "extra" })
      .drop("channel", "url", "r"),
  q10: (session, data) =>
    frames["q0"]!(session, data).selectExpr("*", "date_format(dateTime, 'yyyy-MM-dd') AS dt", "date_format(dateTime, 'HH:mm') AS hm"),
  q11: (session, data) =>
    timed(session, data, "bid")
      .groupBy("bidder", expr("session_window(dateTime, '10 seconds')"))
      .agg(count().as("bid_count"))
      .select("bidder", "bid_count", col("session_window.start").as("ws"), col("session_window.end").as("we")),
  q12: (session, data) =>
    stream(session, data, "bid")
      .select("bidder", expr("current_timestamp()").as("p"))
      .withWatermark("p", "0 seconds")
      .groupBy("bidder", window("p", "10 seconds"))
      .agg(count().as("bid_count"))
      .select("bidder", "bid_count", col("window.start").as("ws"), col("window.end").as("we")),
  q13: (session, data) =>
    stream(session, data, "bid")
      .join(side(session, data), expr("auction % 10000 = key"))
      .select("auction", "bidder", "price", "dateTime", "value"),
  q14: (session, data) =>
    frames["q1"]!(session, data)
      .where("price > 1000000 AND price < 50000000")
      .selectExpr(
        "auction",
        "bidder",
        "price",
        `CASE WHEN hour(dateTime) BETWEEN 8 AND 18 THEN 'dayTime' WHEN hour(dateTime) <= 6 OR hour(dateTime) >= 20 THEN 'nightTime'
          ELSE 'otherTime' END AS bidTimeType`,
        "dateTime",
        "extra",
        "regexp_count(extra, 'c') AS c_counts",
      ),
  q15: (session, data) =>
    stream(session, data, "bid")
      .groupBy(day())
      .agg(...counts(), ...distinct()),
  q16: (session, data) =>
    stream(session, data, "bid")
      .groupBy("channel", day())
      .agg(expr("max(date_format(dateTime, 'HH:mm'))").as("minute"), ...counts(), ...distinct()),
  q17: (session, data) =>
    stream(session, data, "bid")
      .groupBy("auction", day())
      .agg(
        ...counts(),
        min("price").as("min_price"),
        max("price").as("max_price"),
        avg("price").as("avg_price"),
        sum("price").as("sum_price"),
      ),
  q18: (session, data) =>
    stream(session, data, "bid")
      .withColumn("r", rowNumber().over(Window.partitionBy("bidder", "auction").orderBy(col("dateTime").desc())))
      .where("r = 1")
      .drop("r"),
  q19: (session, data) =>
    stream(session, data, "bid")
      .withColumn("rank_number", rowNumber().over(Window.partitionBy("auction").orderBy(col("price").desc())))
      .where("rank_number <= 10"),
  q20: (session, data) =>
    stream(session, data, "bid")
      .withColumnsRenamed({ dateTime: "bid_dateTime", extra: "bid_extra" })
      .join(
        stream(session, data, "auction")
          .where("category = 10")
          .withColumnsRenamed({ dateTime: "auction_dateTime", extra: "auction_extra" }),
        expr("auction = id"),
      )
      .drop("id"),
  q21: (session, data) =>
    stream(session, data, "bid")
      .selectExpr(
        "auction",
        "bidder",
        "price",
        "channel",
        `CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
          ELSE nullif(regexp_extract(url, '(&|^)channel_id=([^&]*)', 2), '') END AS channel_id`,
      )
      .where("channel_id IS NOT NULL"),
  q22: (session, data) =>
    stream(session, data, "bid").selectExpr(
      "auction",
      "bidder",
      "price",
      "channel",
      "split(url, '/')[3] AS dir1",
      "split(url, '/')[4] AS dir2",
      "split(url, '/')[5] AS dir3",
    ),
};
