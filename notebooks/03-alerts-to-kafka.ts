// Hot readings from one Kafka topic to another, as they are, in one transaction a batch: a read_committed reader sees each alert exactly once.
//
//   npx tidemark run notebooks/03-alerts-to-kafka.ts
//
// It wants a broker at localhost:9092 with the topics `readings` (as 01 has it) and `alerts`.
import { type Session, schema, t, col, fromJson } from "tidemark";

const Reading = schema({ sensorId: t.string, at: t.timestamp, celsius: t.double });

export default (session: Session) =>
  session.readStream
    .format("kafka")
    .option("kafka.bootstrap.servers", "localhost:9092")
    .option("subscribe", "readings")
    .option("startingOffsets", "earliest")
    .load()
    .select("value", fromJson(col("value").cast("string"), Reading).as("r"))
    .where("r.celsius > 30")
    .select(col("r.sensorId").as("key"), "value")
    .writeStream.queryName("alerts")
    .format("kafka")
    .option("kafka.bootstrap.servers", "localhost:9092")
    .option("topic", "alerts")
    .option("checkpointLocation", "out/checkpoints/alerts")
    .trigger({ processingTime: "500 milliseconds" });
