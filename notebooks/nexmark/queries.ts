// The 23 queries of Nexmark, the benchmark of stream processors, as SQL over the views `person`, `auction`, `bid` and `side`, and as data frames.
// What they ask, query by query: https://github.com/nexmark/nexmark
/** How a query's rows come out, and what identifies a row where rows replace each other. */
export interface NexmarkQuery {
  readonly mode: "append" | "update" | "changes";
  readonly sql: string;
  readonly key?: readonly string[];
}

const valid = "auction a JOIN bid b ON b.auction = a.id AND b.dateTime BETWEEN a.dateTime AND a.expires";
const day = "date_format(dateTime, 'yyyy-MM-dd')";
const ranks = ["price < 10000", "price >= 10000 AND price < 1000000", "price >= 1000000"];
const bids = ["count(*) AS total_bids", ...ranks.map((rank, i) => `count(*) FILTER (WHERE ${rank}) AS rank${i + 1}_bids`)].join(", ");
const distinct = ["bidder", "auction"]
  .flatMap((column) => [
    `count(DISTINCT ${column}) AS total_${column}s`,
    ...ranks.map((rank, i) => `count(DISTINCT ${column}) FILTER (WHERE ${rank}) AS rank${i + 1}_${column}s`),
  ])
  .join(", ");
const channelId = "regexp_extract(url, '(&|^)channel_id=([^&]*)', 2)";

export const queries: Readonly<Record<string, NexmarkQuery>> = {
  q0: { mode: "append", sql: "SELECT auction, bidder, price, dateTime, extra FROM bid" },
  q1: { mode: "append", sql: "SELECT auction, bidder, 0.908 * price AS price, dateTime, extra FROM bid" },
  q2: { mode: "append", sql: "SELECT auction, price FROM bid WHERE auction % 123 = 0" },
  q3: {
    mode: "append",
    sql: `SELECT p.name, p.city, p.state, a.id FROM auction a JOIN person p ON a.seller = p.id
      WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')`,
  },
  q4: {
    mode: "changes",
    sql: `SELECT category, avg(final) AS avg_price
      FROM (SELECT a.id, a.category, max(b.price) AS final FROM ${valid} GROUP BY a.id, a.category) GROUP BY category`,
  },
  q5: {
    mode: "changes",
    sql: `SELECT window.start AS ws, window.end AS we, auction, num
      FROM (SELECT window, auction, num, rank() OVER (PARTITION BY window ORDER BY num DESC) AS r
        FROM (SELECT window, auction, count(*) AS num FROM timed_bid GROUP BY window(dateTime, '10 seconds', '2 seconds'), auction))
      WHERE r = 1`,
  },
  q6: {
    mode: "changes",
    sql: `SELECT seller, avg(price) AS avg_price
      FROM (SELECT seller, price, row_number() OVER (PARTITION BY seller ORDER BY expires DESC, id DESC) AS r
        FROM (SELECT a.id, a.seller, a.expires, max(b.price) AS price FROM ${valid} GROUP BY a.id, a.seller, a.expires))
      WHERE r <= 10 GROUP BY seller`,
  },
  q7: {
    mode: "changes",
    sql: `SELECT w.start AS ws, w.end AS we, auction, bidder, price, dateTime, extra
      FROM (SELECT *, rank() OVER (PARTITION BY w ORDER BY price DESC) AS r
        FROM (SELECT window(dateTime, '10 seconds') AS w, auction, bidder, price, dateTime, extra FROM timed_bid))
      WHERE r = 1`,
  },
  q8: {
    mode: "append",
    sql: `SELECT p.id, p.name, p.w.start AS ws, p.w.end AS we
      FROM (SELECT DISTINCT id, name, window(dateTime, '10 seconds') AS w FROM timed_person) p
      JOIN (SELECT DISTINCT seller, window(dateTime, '10 seconds') AS w FROM timed_auction) a ON p.id = a.seller AND p.w = a.w`,
  },
  q9: {
    mode: "changes",
    sql: `SELECT id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra, auction, bidder, price, bid_dateTime, bid_extra
      FROM (SELECT a.*, b.auction, b.bidder, b.price, b.dateTime AS bid_dateTime, b.extra AS bid_extra,
          row_number() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime) AS r
        FROM ${valid})
      WHERE r = 1`,
  },
  q10: {
    mode: "append",
    sql: `SELECT auction, bidder, price, dateTime, extra, ${day} AS dt, date_format(dateTime, 'HH:mm') AS hm FROM bid`,
  },
  q11: {
    mode: "append",
    sql: `SELECT bidder, count(*) AS bid_count, session_window.start AS ws, session_window.end AS we
      FROM timed_bid GROUP BY bidder, session_window(dateTime, '10 seconds')`,
  },
  q12: {
    mode: "append",
    sql: `SELECT bidder, count(*) AS bid_count, window.start AS ws, window.end AS we
      FROM bid WATERMARK current_timestamp() AS p DELAY OF INTERVAL 0 SECONDS GROUP BY bidder, window(p, '10 seconds')`,
  },
  q13: {
    mode: "append",
    sql: "SELECT b.auction, b.bidder, b.price, b.dateTime, s.value FROM bid b JOIN side s ON b.auction % 10000 = s.key",
  },
  q14: {
    mode: "append",
    sql: `SELECT auction, bidder, price, CASE WHEN hour(dateTime) BETWEEN 8 AND 18 THEN 'dayTime'
        WHEN hour(dateTime) <= 6 OR hour(dateTime) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS bidTimeType,
        dateTime, extra, regexp_count(extra, 'c') AS c_counts
      FROM (SELECT auction, bidder, 0.908 * price AS price, dateTime, extra FROM bid) WHERE price > 1000000 AND price < 50000000`,
  },
  q15: { mode: "changes", sql: `SELECT ${day} AS day, ${bids}, ${distinct} FROM bid GROUP BY ${day}` },
  q16: {
    mode: "changes",
    sql: `SELECT channel, ${day} AS day, max(date_format(dateTime, 'HH:mm')) AS minute, ${bids}, ${distinct} FROM bid GROUP BY channel, ${day}`,
  },
  q17: {
    mode: "update",
    key: ["auction", "day"],
    sql: `SELECT auction, ${day} AS day, ${bids}, min(price) AS min_price, max(price) AS max_price, avg(price) AS avg_price, sum(price) AS sum_price
      FROM bid GROUP BY auction, ${day}`,
  },
  q18: {
    mode: "changes",
    sql: `SELECT auction, bidder, price, channel, url, dateTime, extra
      FROM (SELECT *, row_number() OVER (PARTITION BY bidder, auction ORDER BY dateTime DESC) AS r FROM bid) WHERE r = 1`,
  },
  q19: {
    mode: "changes",
    sql: `SELECT * FROM (SELECT auction, bidder, price, channel, url, dateTime, extra,
        row_number() OVER (PARTITION BY auction ORDER BY price DESC) AS rank_number FROM bid) WHERE rank_number <= 10`,
  },
  q20: {
    mode: "append",
    sql: `SELECT b.auction, b.bidder, b.price, b.channel, b.url, b.dateTime AS bid_dateTime, b.extra AS bid_extra, a.itemName, a.description, a.initialBid,
        a.reserve, a.dateTime AS auction_dateTime, a.expires, a.seller, a.category, a.extra AS auction_extra
      FROM bid b JOIN auction a ON b.auction = a.id WHERE a.category = 10`,
  },
  q21: {
    mode: "append",
    sql: `SELECT * FROM (SELECT auction, bidder, price, channel, CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2'
        WHEN 'baidu' THEN '3' ELSE nullif(${channelId}, '') END AS channel_id FROM bid) WHERE channel_id IS NOT NULL`,
  },
  q22: {
    mode: "append",
    sql: `SELECT auction, bidder, price, channel, split(url, '/')[3] AS dir1, split(url, '/')[4] AS dir2, split(url, '/')[5] AS dir3 FROM bid`,
  },
};
