import { avg, col, count, max, min, window } from "../../dataframe/functions.js";
import type { DataStreamWriter } from "../../dataframe/streamWriter.js";
import type { Session } from "../../dataframe/session.js";

/** Where a workload reads and writes. */
export interface BenchPlace {
  /** The folder of the workload's input files, one micro-batch each. */
  readonly input: (name: string) => string;
  readonly output: string;
  readonly checkpoint: string;
}

/** A streaming job of the yardstick. */
export interface BenchJob {
  readonly rows: number;
  readonly writer: DataStreamWriter;
}

type MakeJob = (session: Session, place: BenchPlace) => DataStreamWriter;

/** Yahoo streaming benchmark: views, joined with their campaign, counted in windows of ten seconds. */
function adViews(inputName: string): MakeJob {
  return (session, place) => {
    const ads = session.read.schema("ad_id STRING, campaign_id STRING").json(place.input("w1_ads"));
    return session.readStream
      .schema("user_id STRING, page_id STRING, ad_id STRING, ad_type STRING, event_type STRING, event_time TIMESTAMP, ip_address STRING")
      .option("maxFilesPerTrigger", 1)
      .json(place.input(inputName))
      .where("event_type = 'view'")
      .select("ad_id", "event_time")
      .join(ads, "ad_id")
      .withWatermark("event_time", "10 seconds")
      .groupBy(window("event_time", "10 seconds"), "campaign_id")
      .agg(count().as("cnt"))
      .select(col("campaign_id"), col("window.start").as("ws"), col("cnt"))
      .writeStream.queryName(inputName);
  };
}

/** Readings of 50,000 sensors: four aggregates in windows of `size`, sliding by `slide`. */
function sensorWindows(size: string, slide: string): MakeJob {
  return (session, place) =>
    session.readStream
      .schema("sensor_id STRING, ts BIGINT, temperature DOUBLE, humidity DOUBLE")
      .option("maxFilesPerTrigger", 1)
      .json(place.input("w2"))
      .selectExpr("sensor_id", "timestamp_millis(ts) AS ts", "temperature")
      .withWatermark("ts", "1 minute")
      .groupBy(window("ts", size, slide), "sensor_id")
      .agg(count().as("cnt"), avg("temperature").as("av"), min("temperature").as("mn"), max("temperature").as("mx"))
      .select(col("sensor_id"), col("window.start").as("ws"), col("cnt"), col("av"), col("mn"), col("mx"))
      .writeStream.queryName("w2");
}

/** Views written to Parquet. */
const views: MakeJob = (session, place) =>
  session.readStream
    .schema("user_id STRING, page_id STRING, ad_id STRING, ad_type STRING, event_type STRING, event_time TIMESTAMP, ip_address STRING")
    .option("maxFilesPerTrigger", 1)
    .json(place.input("w1"))
    .where("event_type = 'view'")
    .select("user_id", "ad_id", "ad_type", "event_time", "ip_address")
    .writeStream.queryName("w5");

/** The workloads that the engine can run, by name. */
export const workloads: Readonly<Record<string, MakeJob>> = {
  w1: adViews("w1"),
  w1x: adViews("w1x"),
  w2t: sensorWindows("1 minute", "1 minute"),
  w2h: sensorWindows("10 minutes", "1 minute"),
  w5: views,
};
