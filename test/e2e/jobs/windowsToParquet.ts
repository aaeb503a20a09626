import type { Session } from "tidemark";
import { averages } from "./averages.js";

/** Kafka to Parquet: each closed window as a row of a file that the manifest lists. */
export default (session: Session) =>
  averages(session)
    .writeStream.queryName("windows-to-parquet")
    .outputMode("append")
    .format("parquet")
    .option("path", "windows")
    .option("checkpointLocation", "checkpoint");
