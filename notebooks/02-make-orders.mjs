// Writes the input of 02-orders-from-files.ts: JSON lines, three files, into data/orders. The same rows every time.
//
//   node notebooks/02-make-orders.mjs
import { mkdirSync, writeFileSync } from "node:fs";

mkdirSync("data/orders", { recursive: true });
const products = ["apple", "bread", "cheese"];
const startMs = Date.UTC(2026, 0, 1, 8);

for (let file = 0; file < 3; file++) {
  const orders = Array.from({ length: 200 }, (_, i) => {
    const number = file * 200 + i;
    // An order every six seconds; each tenth arrives half a minute after its time.
    const atMs = startMs + number * 6000 - (number % 10 === 0 ? 30_000 : 0);
    return {
      product: products[(number * 7) % 3],
      at: new Date(atMs).toISOString(),
      price: 100 + ((number * 37) % 900),
      quantity: 1 + (number % 4),
    };
  });
  writeFileSync(`data/orders/orders-${file + 1}.json`, orders.map((order) => `${JSON.stringify(order)}\n`).join(""));
}
