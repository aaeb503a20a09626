import { col, struct, toJson, type Session } from "tidemark";
import { averages } from "./averages.js";

/** Kafka to Kafka: each closed window as a record of JSON, in the transaction of its batch. */
export default (session: Session) =>
  averages(session)
    .select(
      col("sensorId").as("key"),
      toJson(struct(col("window.start").as("start"), "sensorId", "n", "clicks", "mean", "coldest", "hottest")).as("value"),
    )
    .writeStream.queryName("windows-to-kafka")
    .outputMode("append")
    .format("kafka")
    .option("kafka.bootstrap.servers", "localhost:9092")
    .option("topic", "windows")
    .option("checkpointLocation", "checkpoint");
