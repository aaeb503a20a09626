import { readFileSync } from "node:fs";

const table = JSON.parse(readFileSync(new URL("legacy-conditions.json", import.meta.url), "utf8")) as Readonly<Record<string, string>>;

const patterns = Object.entries(table).map(([text, condition]) => {
  const source = text.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return { pattern: new RegExp(`^${source.join(".*")}$`, "s"), condition };
});

/** Our condition for a message of Spark's that has no proper condition; null when none is mapped. `*` in the table stands for any text. */
export function legacyCondition(message: string): string | null {
  return patterns.find(({ pattern }) => pattern.test(message))?.condition ?? null;
}
