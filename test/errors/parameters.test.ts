import { parseSync } from "oxc-parser";
import { expect, it } from "vitest";
import { conditionSpec, type ConditionName } from "../../engine/errors/conditions.js";
import { shippedFiles } from "../tidy/files.js";

// A message with a hole in it (`<path>`) helps nobody: every refusal fills every placeholder of its condition.

interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const element of value) yield* nodesOf(element);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  if ("type" in value && typeof value.type === "string") yield value as Node;
  for (const member of Object.values(value)) yield* nodesOf(member);
}

/** The names of an object literal's members; null when they cannot be read off it. */
function membersOf(object: Node | undefined): string[] | null {
  if (object === undefined) return [];
  if (object.type !== "ObjectExpression") return null;
  const names = (object["properties"] as Node[]).map((property) => (property["key"] as Node | undefined)?.["name"]);
  return names.every((name) => typeof name === "string") ? names : null;
}

it("every refusal whose condition is written where it is made fills its placeholders", () => {
  let checked = 0;
  const holes: string[] = [];
  for (const { path, text } of shippedFiles()) {
    if (!text.includes("new StreamingError(")) continue;
    for (const node of nodesOf(parseSync(path, text).program)) {
      if (node.type !== "NewExpression" || (node["callee"] as Node)["name"] !== "StreamingError") continue;
      const [condition, parameters] = node["arguments"] as Node[];
      const given = membersOf(parameters);
      if (condition?.type !== "Literal" || given === null) continue;
      const { message, advice } = conditionSpec(condition["value"] as ConditionName);
      const wanted = [...`${message} ${advice}`.matchAll(/<(\w+)>/g)].map((match) => match[1]!);
      const missing = wanted.filter((name) => !given.includes(name));
      if (missing.length > 0) holes.push(`${path}: ${String(condition["value"])} without ${missing.join(", ")}`);
      checked++;
    }
  }
  expect(holes).toEqual([]);
  expect(checked).toBeGreaterThan(100);
});
