import { col, postgresBatches, transactional, type PostgresPool, type Session } from "tidemark";

/** What the test tells the job, as JSON in CHAOS. */
interface Told {
  readonly broker: string;
  readonly bucket: string;
  readonly checkpoints: string;
  readonly clientModule: string;
  readonly connection: object;
}

const { broker, bucket, checkpoints, clientModule, connection } = JSON.parse(process.env["CHAOS"]!) as Told;
interface Client {
  readonly default: { readonly Pool: new (options: object) => PostgresPool & { on(event: "error", listener: () => void): void } };
}

const { default: pg } = (await import(clientModule)) as Client;
const pool = new pg.Pool(connection);
// A connection that is idle when its server dies is no failure of a query.
pool.on("error", () => undefined);

const kafka = { "kafka.bootstrap.servers": broker };

/** The numbers of a topic into another topic, into Parquet on an object store, and into a table of Postgres. */
export default (session: Session) => {
  const numbers = () =>
    session.readStream
      .format("kafka")
      .options({ ...kafka, subscribe: "numbers", startingOffsets: "earliest", maxOffsetsPerTrigger: "40" })
      .load()
      .select(col("value").cast("string").as("value"));
  return [
    numbers()
      .writeStream.queryName("topic")
      .format("kafka")
      .options({ ...kafka, topic: "copies" })
      .option("checkpointLocation", `${checkpoints}/topic`),
    numbers()
      .writeStream.queryName("files")
      .format("parquet")
      .option("path", `${bucket}/copies`)
      .option("checkpointLocation", `${bucket}/checkpoint`),
    numbers()
      .writeStream.queryName("table")
      .option("checkpointLocation", `${checkpoints}/table`)
      .foreachBatch(
        transactional(postgresBatches(pool), async (batch, _batchId, tx) => {
          for (const { value } of await batch.collect()) await tx.query("INSERT INTO copies VALUES ($1)", [value]);
        }),
      ),
  ];
};
