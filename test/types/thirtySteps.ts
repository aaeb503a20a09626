/** A job of 30 steps: what its types cost the compiler is bounded by `types.test.ts`. */
import {
  avg,
  col,
  count,
  desc,
  lit,
  max,
  min,
  schema,
  sum,
  t,
  upper,
  when,
  window,
  type DataFrame,
  type Session,
  type Timestamp,
} from "../../index.js";

const Order = schema({
  orderId: t.long.notNull,
  customer: t.string,
  at: t.timestamp,
  amount: t.double,
  quantity: t.int,
  country: t.string,
  channel: t.string,
  status: t.string,
  price: t.decimal(10, 2),
  tags: t.array(t.string),
  address: t.struct({ city: t.string, zip: t.string }),
});
const Customer = schema({ customer: t.string.notNull, segment: t.string, since: t.date });

interface Result {
  since: Timestamp;
  segment: string | null;
  size: string;
  via: string | null;
  orders: number;
  revenue: number | null;
  mean: number | null;
  share: number | null;
}

/** Never runs. */
export function thirtySteps(session: Session): DataFrame<Result> {
  const customers = session.read.schema(Customer).json("customers");
  return session.readStream
    .format("json")
    .schema(Order)
    .load("orders")
    .where(col("amount").gt(0).and(col("status").isNotNull()))
    .withWatermark("at", "1 minute")
    .withColumn("total", col("amount").multiply(col("quantity")))
    .withColumn("city", upper("address.city"))
    .withColumn("zip", col("address.zip"))
    .drop("address")
    .withColumn("large", col("total").gt(1000))
    .withColumn("kind", when(col("large"), "large").otherwise("small"))
    .withColumnRenamed("channel", "via")
    .where(col("via").isin("web", "shop"))
    .join(customers, "customer", "left")
    .withColumn("known", col("segment").isNotNull())
    .withColumn("vat", col("total").multiply(0.19))
    .withColumn("gross", col("total").plus(col("vat")))
    .withColumn("cents", col("gross").multiply(100).cast("long"))
    .drop("tags")
    .filter(col("known").or(col("large")))
    .withColumn("one", lit(1))
    .withColumnRenamed("country", "land")
    .withColumn("home", col("land").eq("DE"))
    .select("*", col("kind").as("size"))
    .drop("kind")
    .withColumn("even", col("orderId").mod(2).eq(0))
    .dropDuplicates("orderId", "at")
    .groupBy(window("at", "10 minutes"), "segment", "size", "via")
    .agg(count().as("orders"), sum("gross").as("revenue"), avg("gross").as("mean"), max("gross").as("largest"), min("gross").as("smallest"))
    .withColumn("share", col("largest").divide(col("revenue")))
    .where(col("orders").gt(1))
    .select("window.start", "segment", "size", "via", "orders", "revenue", "mean", "share")
    .withColumnRenamed("start", "since")
    .orderBy("since", desc("revenue"))
    .limit(100);
}
