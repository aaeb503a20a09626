import type { Block } from "./files.js";

/** What a statement gave here. */
export interface Answer {
  /** `struct<a:int>`. */
  readonly schema: string;
  readonly types: readonly string[];
  readonly lines: readonly string[];
}

export type Difference = "error-missing" | "type" | "value" | "name";

/** Spark's error condition; null when there was none, `any` for one without a proper name. */
export function errorOf({ schema, output }: Block): string | null {
  if (schema !== "struct<>" || !/^[a-z][\w.]*\.[\w$]*(Exception|Error)\b/.test(output)) return null;
  const name = /"errorClass" : "([^"]+)"/.exec(output)?.[1] ?? "any";
  return /^(_LEGACY|INTERNAL_ERROR)/.test(name) ? "any" : name;
}

/** How an answer differs from Spark's; null when it does not. */
export function differenceOf(block: Block, answer: Answer): Difference | null {
  if (errorOf(block) !== null) return "error-missing";
  if (answer.schema !== block.schema && !hasTypes(block.schema, answer.types)) return "type";
  const ordered = isOrdered(block.query);
  const got = (ordered ? answer.lines : answer.lines.toSorted()).join("\n").replace(/\s+$/, "");
  const same = ordered ? sameDoubles(got) === sameDoubles(block.output) : inOrder(got) === inOrder(block.output);
  if (!same) return "value";
  return answer.schema === block.schema ? null : "name";
}

function hasTypes(schema: string, types: readonly string[]): boolean {
  const columns = types.map((type) => `[\\s\\S]*?:${type.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`);
  return new RegExp(`^struct<${columns.join(",")}>$`).test(schema);
}

function inOrder(text: string): string {
  return sameDoubles(text.split("\n").toSorted().join("\n").trim());
}

/** Java 17 writes some doubles with a digit more than they need: long ones are compared as numbers. */
function sameDoubles(text: string): string {
  return text.replace(/-?\d\.\d{14,}E-?\d+|-?\d+\.\d{14,}(?!\d)/g, (token) => String(Number(token)));
}

/** Whether ORDER BY stands in the outermost query. */
function isOrdered(query: string): boolean {
  let depth = 0;
  let before = "";
  const tokens =
    /--[^\n]*|\/\*[\s\S]*?\*\/|[rR]?'(?:[^'\\]|\\[\s\S]|'')*'|[rR]?"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|[A-Za-z_]\w*|[\s\S]/g;
  for (const [token] of query.matchAll(tokens)) {
    if (/^\s/.test(token) || token.startsWith("--") || token.startsWith("/*")) continue;
    if (/^[([{]$/.test(token)) depth++;
    if (/^[)\]}]$/.test(token)) depth--;
    if (depth === 0 && before === "ORDER" && token.toUpperCase() === "BY") return true;
    before = token.toUpperCase();
  }
  return false;
}
