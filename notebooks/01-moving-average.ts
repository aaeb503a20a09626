// Readings of sensors from Kafka, averaged over the last ten minutes, every minute, exactly once into Parquet files.
//
//   npx tidemark run notebooks/01-moving-average.ts
//
// It wants a broker at localhost:9092 with a topic `readings` of JSON such as {"sensorId":"s1","at":"2026-01-01T00:00:00Z","celsius":20.5}.
// Another broker: --set kafka.bootstrap.servers=host:port
import { type Session, schema, t, col, window, avg, count, fromJson } from "tidemark";

const Reading = schema({ sensorId: t.string, at: t.timestamp, celsius: t.double });

export default (session: Session) =>
  session.readStream
    .format("kafka")
    .option("kafka.bootstrap.servers", "localhost:9092")
    .option("subscribe", "readings")
    .option("startingOffsets", "earliest")
    .load()
    .select(fromJson(col("value").cast("string"), Reading).as("r"))
    .select("r.*")
    .withWatermark("at", "10 seconds")
    .groupBy(window("at", "10 minutes", "1 minute"), "sensorId")
    .agg(avg("celsius").as("mean"), count().as("n"))
    .writeStream.queryName("moving-average")
    .outputMode("append")
    .format("parquet")
    .option("path", "out/averages")
    .option("checkpointLocation", "out/checkpoints/averages")
    .trigger({ processingTime: "1 second" });
