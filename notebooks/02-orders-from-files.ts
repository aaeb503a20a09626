// Orders from JSON files, summed for each product and quarter of an hour: without any server.
//
//   node notebooks/02-make-orders.mjs
//   npx tidemark run notebooks/02-orders-from-files.ts
//
// It drains what is there and ends. Put another file into data/orders and run it again: it reads only that one.
import { type Session, schema, t, col, window, sum, count } from "tidemark";

const Order = schema({ product: t.string, at: t.timestamp, price: t.long, quantity: t.int });

export default (session: Session) =>
  session.readStream
    .schema(Order)
    .option("maxFilesPerTrigger", 1)
    .json("data/orders")
    .where("quantity > 1")
    .withWatermark("at", "5 minutes")
    .groupBy(window("at", "15 minutes"), "product")
    .agg(sum(col("price").multiply(col("quantity"))).as("cents"), count().as("orders"))
    .select(col("window.start").as("from"), "product", "cents", "orders")
    .writeStream.queryName("orders")
    .outputMode("append")
    .format("json")
    .option("path", "out/orders")
    .option("checkpointLocation", "out/checkpoints/orders")
    .trigger({ availableNow: true });
