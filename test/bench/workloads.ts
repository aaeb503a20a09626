import type { DataFrame } from "../../dataframe/dataFrame.js";
import { avg, col, count, explode, expr, max, min, split, window } from "../../dataframe/functions.js";
import type { DataStreamWriter } from "../../dataframe/streamWriter.js";
import type { Session } from "../../dataframe/session.js";

/** Where a workload reads and writes. */
export interface BenchPlace {
  /** The folder of the workload's input files, one micro-batch each. */
  readonly input: (name: string) => string;
  readonly output: string;
  readonly checkpoint: string;
}

/** A streaming job of the yardstick, writing Parquet to its place. */
type MakeJob = (session: Session, place: BenchPlace) => DataStreamWriter;

function toParquet(rows: DataFrame, { output }: BenchPlace): DataStreamWriter {
  return rows.writeStream.format("parquet").option("path", output);
}

/** Yahoo streaming benchmark: views, joined with their campaign, counted in windows of ten seconds. */
function adViews(inputName: string): MakeJob {
  return (session, place) => {
    const ads = session.read.schema("ad_id STRING, campaign_id STRING").json(place.input("w1_ads"));
    const counts = session.readStream
      .schema("user_id STRING, page_id STRING, ad_id STRING, ad_type STRING, event_type STRING, event_time TIMESTAMP, ip_address STRING")
      .option("maxFilesPerTrigger", 1)
      .json(place.input(inputName))
      .where("event_type = 'view'")
      .select("ad_id", "event_time")
      .join(ads, "ad_id")
      .withWatermark("event_time", "10 seconds")
      .groupBy(window("event_time", "10 seconds"), "campaign_id")
      .agg(count().as("cnt"))
      .select(col("campaign_id"), col("window.start").as("ws"), col("cnt"));
    return toParquet(counts, place);
  };
}

/** Readings of 50,000 sensors: four aggregates in windows of `size`, sliding by `slide`. */
function sensorWindows(size: string, slide: string): MakeJob {
  return (session, place) => {
    const aggregates = session.readStream
      .schema("sensor_id STRING, ts BIGINT, temperature DOUBLE, humidity DOUBLE")
      .option("maxFilesPerTrigger", 1)
      .json(place.input("w2"))
      .selectExpr("sensor_id", "timestamp_millis(ts) AS ts", "temperature")
      .withWatermark("ts", "1 minute")
      .groupBy(window("ts", size, slide), "sensor_id")
      .agg(count().as("cnt"), avg("temperature").as("av"), min("temperature").as("mn"), max("temperature").as("mx"))
      .select(col("sensor_id"), col("window.start").as("ws"), col("cnt"), col("av"), col("mn"), col("mx"));
    return toParquet(aggregates, place);
  };
}

/** Views written to Parquet. */
const views: MakeJob = (session, place) => {
  const rows = session.readStream
    .schema("user_id STRING, page_id STRING, ad_id STRING, ad_type STRING, event_type STRING, event_time TIMESTAMP, ip_address STRING")
    .option("maxFilesPerTrigger", 1)
    .json(place.input("w1"))
    .where("event_type = 'view'")
    .select("user_id", "ad_id", "ad_type", "event_time", "ip_address");
  return toParquet(rows, place);
};

/** Clicks in sessions of users that end after half an hour. */
const clickSessions: MakeJob = (session, place) => {
  const sessions = session.readStream
    .schema("user_id STRING, ts TIMESTAMP, url STRING")
    .option("maxFilesPerTrigger", 1)
    .json(place.input("w3"))
    .withWatermark("ts", "5 minutes")
    .groupBy("user_id", expr("session_window(ts, '30 minutes')"))
    .agg(count().as("cnt"))
    .selectExpr("user_id", "session_window.start AS ws", "session_window.end AS we", "cnt");
  return toParquet(sessions, place);
};

/** Impressions with the clicks within an hour. */
const clickedImpressions: MakeJob = (session, place) => {
  const read = session.readStream.option("maxFilesPerTrigger", 1);
  const impressions = read
    .schema("imp_id BIGINT, ad_id STRING, imp_ts BIGINT, cost BIGINT")
    .json(place.input("w4_imp"))
    .selectExpr("imp_id", "ad_id", "timestamp_millis(imp_ts) AS imp_ts", "cost")
    .withWatermark("imp_ts", "1 minute");
  const clicks = read
    .schema("click_id BIGINT, click_ad STRING, click_ts BIGINT")
    .json(place.input("w4_clk"))
    .selectExpr("click_id", "click_ad", "timestamp_millis(click_ts) AS click_ts")
    .withWatermark("click_ts", "1 minute");
  return toParquet(
    impressions.join(clicks, expr("ad_id = click_ad AND click_ts >= imp_ts AND click_ts <= imp_ts + INTERVAL 1 HOUR")),
    place,
  );
};

/** Words counted: each batch writes the words that it changed. */
const wordCount: MakeJob = (session, place) =>
  session.readStream
    .option("maxFilesPerTrigger", 1)
    .text(place.input("w6"))
    .select(explode(split("value", " ")).as("word"))
    .groupBy("word")
    .agg(count().as("cnt"))
    .writeStream.outputMode("update")
    .foreachBatch((words, batchId) => words.write.parquet(`${place.output}/b${String(batchId).padStart(4, "0")}`));

/** Events without those that were sent again within ten minutes. */
const withoutResends: MakeJob = (session, place) => {
  const events = session.readStream
    .schema("event_id STRING, ts TIMESTAMP, user STRING, amount BIGINT")
    .option("maxFilesPerTrigger", 1)
    .json(place.input("w7"))
    .withWatermark("ts", "10 minutes")
    .dropDuplicatesWithinWatermark("event_id");
  return toParquet(events, place);
};

/** The workloads that the engine can run, by name. */
export const workloads: Readonly<Record<string, MakeJob>> = {
  w1: adViews("w1"),
  w1x: adViews("w1x"),
  w2t: sensorWindows("1 minute", "1 minute"),
  w2h: sensorWindows("10 minutes", "1 minute"),
  w3: clickSessions,
  w4: clickedImpressions,
  w5: views,
  w6: wordCount,
  w7: withoutResends,
};
