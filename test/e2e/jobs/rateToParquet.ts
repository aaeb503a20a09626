import type { Session } from "tidemark";

/** Rows without end, as files. */
export default (session: Session) =>
  session.readStream
    .format("rate")
    .option("rowsPerSecond", 1000)
    .load()
    .writeStream.format("parquet")
    .option("path", "rows")
    .option("checkpointLocation", "checkpoint")
    .trigger({ processingTime: "100 milliseconds" });
