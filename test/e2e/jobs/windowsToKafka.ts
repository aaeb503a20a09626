import { col, concatWs, type Session } from "tidemark";
import { averages } from "./averages.js";

/** Kafka to Kafka: each closed window as a record, in the transaction of its batch. */
export default (session: Session) =>
  averages(session)
    .select(
      col("sensorId").as("key"),
      concatWs(
        "|",
        col("window.start").cast("string"),
        "sensorId",
        col("n").cast("string"),
        col("clicks").cast("string"),
        col("mean").cast("string"),
        col("coldest").cast("string"),
        col("hottest").cast("string"),
      ).as("value"),
    )
    .writeStream.queryName("windows-to-kafka")
    .outputMode("append")
    .format("kafka")
    .option("kafka.bootstrap.servers", "localhost:9092")
    .option("topic", "windows")
    .option("checkpointLocation", "checkpoint");
