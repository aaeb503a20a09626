import { unreachable } from "../errors/assert.js";
import { doubleText } from "./numberText.js";

/**
 * Paths into JSON texts, as `get_json_object` reads them: `$.a.b`, `$['a']`, `$[0]`, `$[*].a`. What is found is written as JSON, texts without quotes; what a
 * star finds is a list when it is more than one.
 */
export type PathStep = { readonly name: string } | { readonly index: number | null };

/** The steps of a path; null when it is none. */
export function parseJsonPath(path: string): readonly PathStep[] | null {
  if (!path.startsWith("$")) return null;
  const steps: PathStep[] = [];
  const step = /\[(\d+)\]|\[(\*)\]|\['([^'?]+)'\]|\.(\*)(?![^.[])|\.([^.[]+)/y;
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) return null;
    const [, index, everyElement, inQuotes, everyField, name] = match;
    if (index !== undefined) steps.push({ index: Number(index) });
    else if (everyElement !== undefined) steps.push({ index: null });
    else steps.push({ name: everyField ?? inQuotes ?? name! });
  }
  return steps;
}

/** A JSON value: objects as their fields in order, scalars as they are written. */
type Json =
  | { readonly kind: "object"; readonly fields: readonly (readonly [string, Json])[] }
  | { readonly kind: "array"; readonly elements: readonly Json[] }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "scalar"; readonly text: string };

class Malformed extends Error {}

const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const deepest = 1000;

/** Reads the first value of a text; texts may stand in single quotes, as Jackson lets them here. */
class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): Json {
    if (depth > deepest) throw new Malformed();
    this.blanks();
    const character = this.text[this.at];
    if (character === "{") return { kind: "object", fields: this.list("}", () => this.field(depth)) };
    if (character === "[") return { kind: "array", elements: this.list("]", () => this.value(depth + 1)) };
    if (character === '"' || character === "'") return { kind: "string", text: this.string() };
    for (const word of ["true", "false", "null"]) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return { kind: "scalar", text: word };
    }
    number.lastIndex = this.at;
    const match = number.exec(this.text);
    if (match === null) throw new Malformed();
    this.at = number.lastIndex;
    const isWhole = match[1] === undefined && match[2] === undefined;
    return { kind: "scalar", text: isWhole ? match[0] : doubleText(Number(match[0])) };
  }

  private field(depth: number): readonly [string, Json] {
    this.blanks();
    const name = this.string();
    this.blanks();
    this.take(":");
    return [name, this.value(depth + 1)];
  }

  private list<T>(end: string, read: () => T): T[] {
    this.at++;
    const items: T[] = [];
    this.blanks();
    if (this.text[this.at] === end) {
      this.at++;
      return items;
    }
    for (;;) {
      items.push(read());
      this.blanks();
      if (this.text[this.at] === end) break;
      this.take(",");
    }
    this.at++;
    return items;
  }

  private take(character: string): void {
    if (this.text[this.at] !== character) throw new Malformed();
    this.at++;
  }

  private blanks(): void {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at++;
  }

  private string(): string {
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'") throw new Malformed();
    let text = "";
    for (this.at++; ; this.at++) {
      const character = this.text[this.at];
      if (character === undefined || character < " ") throw new Malformed();
      if (character === quote) break;
      text += character === "\\" ? this.escaped() : character;
    }
    this.at++;
    return text;
  }

  private escaped(): string {
    const character = this.text[++this.at];
    if (character === "u") {
      const digits = this.text.slice(this.at + 1, this.at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new Malformed();
      this.at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const known = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", "/": "/", "'": "'" }[character ?? ""];
    if (known === undefined) throw new Malformed();
    return known;
  }
}

/** What a path finds in a JSON text; null when the text is none or has nothing there. */
export function jsonAt(text: string, steps: readonly PathStep[]): string | null {
  try {
    const found = find(new Reader(text).value(0), steps, "raw");
    return found.length === 0 ? null : found.join("");
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** How what is found is written: texts raw at the end of a path, quoted within a list, lists laid open behind two stars. */
type Style = "raw" | "quoted" | "flat";

/** The texts of what the steps find; none when they find nothing. */
function find(json: Json, steps: readonly PathStep[], style: Style): readonly string[] {
  const [step, ...rest] = steps;
  if (step === undefined) {
    if (json.kind === "string" && style === "raw") return [json.text];
    if (json.kind === "array" && style === "flat") return json.elements.flatMap((element) => find(element, [], "flat"));
    return [written(json)];
  }
  if ("name" in step) return json.kind === "object" ? inFields(json.fields, step.name, rest, style) : [];
  if (json.kind !== "array") return [];
  if (step.index === null) return inElements(json.elements, rest, style);
  const element = json.elements[step.index];
  if (element === undefined) return [];
  const opensList = rest[0] !== undefined && "index" in rest[0] && rest[0].index === null;
  return find(element, rest, opensList ? "quoted" : style);
}

/** The first field of the name in which something is found. A field that is null has nothing in it. */
function inFields(fields: readonly (readonly [string, Json])[], name: string, rest: readonly PathStep[], style: Style): readonly string[] {
  for (const [key, value] of fields) {
    if (key !== name || (value.kind === "scalar" && value.text === "null")) continue;
    const found = find(value, rest, style);
    if (found.length > 0) return found;
  }
  return [];
}

function inElements(elements: readonly Json[], rest: readonly PathStep[], style: Style): readonly string[] {
  const [next] = rest;
  if (next !== undefined && "index" in next && next.index === null) {
    const found = elements.flatMap((element) => find(element, rest.slice(1), "flat"));
    return found.length === 0 ? [] : [`[${found.join(",")}]`];
  }
  const found = elements.flatMap((element) => {
    const parts = find(element, rest, style === "raw" ? "quoted" : style);
    return parts.length === 0 ? [] : [parts.join(",")];
  });
  if (style === "quoted") return found.length === 0 ? [] : [`[${found.join(",")}]`];
  return found.length > 1 ? [`[${found.join(",")}]`] : found;
}

function written(json: Json): string {
  switch (json.kind) {
    case "object":
      return `{${json.fields.map(([name, value]) => `${quoted(name)}:${written(value)}`).join(",")}}`;
    case "array":
      return `[${json.elements.map(written).join(",")}]`;
    case "string":
      return quoted(json.text);
    case "scalar":
      return json.text;
    default:
      return unreachable(json);
  }
}

/** As Jackson writes texts: control characters in capital digits. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, (all) => all.toUpperCase().replace("U", "u"));
}
