import type { Session } from "tidemark";

/** What the three streams and the one table hold. */
export const schemas = {
  person: "id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, dateTime TIMESTAMP, extra STRING",
  auction:
    "id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP, expires TIMESTAMP, seller BIGINT, category BIGINT, extra STRING",
  bid: "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP, extra STRING",
  side: "key BIGINT, value STRING",
} as const;

/** A stream of the folder `data`, a file a micro-batch. */
export function stream(session: Session, data: string, name: "person" | "auction" | "bid") {
  return session.readStream.schema(schemas[name]).option("maxFilesPerTrigger", 1).json(`${data}/${name}`);
}

/** The same with its event time: what comes is at most four seconds late. */
export function timed(session: Session, data: string, name: "person" | "auction" | "bid") {
  return stream(session, data, name).withWatermark("dateTime", "4 seconds");
}

/** The bounded table that q13 looks into. */
export function side(session: Session, data: string) {
  return session.read.schema(schemas.side).json(`${data}/side_input`);
}

/** Makes the streams and the table views, for the queries in SQL: each stream as it is, and with its event time (`timed_bid`). */
export function createViews(session: Session, data: string): void {
  for (const name of ["person", "auction", "bid"] as const) {
    stream(session, data, name).createOrReplaceTempView(name);
    timed(session, data, name).createOrReplaceTempView(`timed_${name}`);
  }
  side(session, data).createOrReplaceTempView("side");
}
