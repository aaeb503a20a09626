/** The tables of the bench of SQL, as DDL: five million orders, of customers and of products. */
export const sqlTables = {
  orders: "id BIGINT, customer BIGINT, product BIGINT, day DATE, quantity INT, price DOUBLE, status STRING",
  customers: "customer BIGINT, name STRING, country STRING, segment STRING",
  products: "product BIGINT, title STRING, category STRING",
} as const;

/** Twelve queries that mean the same in Spark's SQL and DuckDB's. `o` are the orders, in Parquet for the first seven and in JSON for the others. */
export const sqlQueries: Readonly<Record<string, string>> = {
  parquetFilter: "SELECT count(*) AS n, sum(quantity) AS q FROM o WHERE status = 'returned' AND price > 500",
  parquetGroup: "SELECT status, count(*) AS n, avg(price) AS p, sum(quantity) AS q FROM o GROUP BY status ORDER BY status",
  parquetManyGroups:
    "SELECT customer, count(*) AS n, sum(price * quantity) AS s FROM o GROUP BY customer ORDER BY s DESC, customer LIMIT 10",
  parquetJoin:
    "SELECT country, segment, count(*) AS n, sum(price) AS s FROM o JOIN customers USING (customer) GROUP BY country, segment ORDER BY country, segment",
  parquetTwoJoins:
    "SELECT category, country, sum(quantity) AS q FROM o JOIN customers USING (customer) JOIN products USING (product) WHERE segment = 'retail' AND day >= DATE '2026-06-01' GROUP BY category, country ORDER BY category, country",
  parquetWindow:
    "SELECT count(*) AS n, sum(price) AS s FROM (SELECT price, row_number() OVER (PARTITION BY customer ORDER BY price DESC, id) AS place FROM o WHERE status = 'new') AS ranked WHERE place <= 3",
  parquetTop: "SELECT id, price, status FROM o ORDER BY price DESC, id LIMIT 100",
  jsonFilter: "SELECT count(*) AS n, sum(quantity) AS q FROM o WHERE status = 'returned' AND price > 500",
  jsonGroup: "SELECT day, count(*) AS n, sum(price) AS s FROM o GROUP BY day ORDER BY day",
  jsonJoin:
    "SELECT category, count(*) AS n, avg(price) AS p FROM o JOIN products USING (product) WHERE quantity > 2 GROUP BY category ORDER BY category",
  jsonWindow:
    "SELECT max(running) AS m, count(*) AS n FROM (SELECT sum(s) OVER (PARTITION BY product ORDER BY day) AS running FROM (SELECT product, day, sum(price) AS s FROM o WHERE product < 200 GROUP BY product, day) AS daily) AS sums",
  jsonTop: "SELECT id, price FROM o WHERE status <> 'new' ORDER BY price, id DESC LIMIT 20",
};
