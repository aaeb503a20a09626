import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern } from "../../engine/kernel/text/dateTimePattern.js";

// Texts of times are remembered by their minute or second: in whatever order times come, and in whatever zones, each gets its own.

const patterns = ["yyyy-MM-dd", "HH:mm", "yyyy-MM-dd HH:mm:ss", "EEE d MMM", "h 'o''clock' a", "G y Q", "D F", "k K m", "'ss' HH"];
const zones = ["UTC", "America/Los_Angeles", "Asia/Kolkata", "Europe/Paris", "+05:45"];
const times = fc.oneof(
  fc.bigInt({ min: -30_000_000_000_000_000n, max: 30_000_000_000_000_000n }),
  // Close together, so that they share places.
  fc.bigInt({ min: -400_000_000n, max: 400_000_000n }),
  fc.bigInt({ min: -70n, max: 70n }).map((minutes) => minutes * 3_840_000_000n),
);

describe("a text of a time", () => {
  it.each(patterns)("by %s is that of its own minute", (pattern) => {
    const remembers = compilePattern(pattern, "format");
    // A fraction of a second is never remembered.
    const forgets = compilePattern(`${pattern}'|'SSSSSS`, "format");
    fc.assert(
      fc.property(fc.array(fc.tuple(times, fc.constantFrom(...zones)), { maxLength: 12 }), (all) => {
        const found = all.map(([micros, zone]) => remembers.formatTimestamp(micros, zone));
        expect(found).toEqual(all.map(([micros, zone]) => forgets.formatTimestamp(micros, zone).replace(/\|\d{6}$/, "")));
      }),
    );
  });
});
