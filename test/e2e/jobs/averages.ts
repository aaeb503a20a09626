import { avg, col, count, fromJson, max, min, schema, sum, t, window, type Session } from "tidemark";

const Reading = schema({ sensorId: t.string, at: t.timestamp, celsius: t.double, clicks: t.long });

/** Readings of a Kafka topic, aggregated per sensor in windows of ten seconds that start every five. Where they are is for `--set` to say. */
export function averages(session: Session) {
  return session.readStream
    .format("kafka")
    .option("kafka.bootstrap.servers", "localhost:9092")
    .option("subscribe", "readings")
    .option("startingOffsets", "earliest")
    .load()
    .select(fromJson(col("value").cast("string"), Reading).as("r"))
    .select("r.*")
    .withWatermark("at", "10 seconds")
    .groupBy(window("at", "10 seconds", "5 seconds"), "sensorId")
    .agg(
      count().as("n"),
      sum("clicks").as("clicks"),
      avg("celsius").as("mean"),
      min("celsius").as("coldest"),
      max("celsius").as("hottest"),
    );
}
