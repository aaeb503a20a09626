import { expect, test } from "vitest";
import { OutageReport } from "../../../connectors/kafka/outage.js";

test("kind: an outage that is silent: an outage is said at once, again every ten seconds, and when it is over; each with its count", () => {
  let nowMs = 0;
  const said: string[] = [];
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: async () => {} };
  const report = new OutageReport("b:9092", clock, (message) => void said.push(`${nowMs}: ${message}`));
  report.succeeded();
  for (; nowMs < 12_000; nowMs += 500) report.failed("refused", 60_000);
  report.succeeded();
  report.succeeded();
  nowMs = 20_000;
  report.failed("refused", 60_000);
  expect(said).toEqual([
    "0: Cannot reach the Kafka brokers b:9092 (refused), trying again for 60 s.",
    "10000: Still cannot reach the Kafka brokers b:9092: 21 attempts in 10 s.",
    "12000: The Kafka brokers b:9092 answer again, after 24 failed attempts in 12 s.",
    "20000: Cannot reach the Kafka brokers b:9092 (refused), trying again for 60 s (25 failed attempts in this run).",
  ]);
  expect(report.failedAttempts).toBe(25);
});
