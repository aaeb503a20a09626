import { col, type Session } from "tidemark";

const broker = {
  "kafka.bootstrap.servers": "localhost:9092",
  "kafka.default.api.timeout.ms": 60_000,
  "kafka.request.timeout.ms": 30_000,
};

/** Records from one topic to another, as they are. Where they are is for `--set` to say. */
export default (session: Session) =>
  session.readStream
    .format("kafka")
    .options(broker)
    .option("subscribe", "copied")
    .option("startingOffsets", "earliest")
    .load()
    .select(col("key").cast("string").as("key"), col("value").cast("string").as("value"))
    .writeStream.queryName("copy")
    .format("kafka")
    .options(broker)
    .option("topic", "copies")
    .option("checkpointLocation", "checkpoint")
    .trigger({ availableNow: true });
