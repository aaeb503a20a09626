import { readFileSync } from "node:fs";

// Tests and scripts run in the project's root, compiled or not.
const table = JSON.parse(readFileSync("test/golden/legacy-conditions.json", "utf8")) as Readonly<Record<string, string>>;

const patterns = Object.entries(table).map(([text, condition]) => {
  const source = text.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return { pattern: new RegExp(`(^|: )${source.join(".*")}(;?\\n.*)?$`, "s"), condition };
});

// The message of a query that died begins with where it died, and may end in a plan.
/** Our condition for a message of Spark's that has no proper condition; null when none is mapped. `*` in the table stands for any text. */
export function legacyCondition(message: string): string | null {
  return patterns.find(({ pattern }) => pattern.test(message))?.condition ?? null;
}
