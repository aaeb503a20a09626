import { sqlTypeName, type Field } from "../../engine/arrow/types.js";
import { memory } from "../memory.js";
import { sinkFormats, sourceFormats } from "../../dataframe/formats.js";
import { confKeys } from "../../dataframe/confKeys.js";
import type { OptionSpec } from "../../engine/contract/options.js";
import { conditions } from "../../engine/errors/conditions.js";
import type { ConditionSpec } from "../../engine/errors/condition.js";
import { aggregateFunctions } from "../../engine/expression/aggregates/index.js";
import { listAggregates } from "../../engine/expression/aggregates/listAggregates.js";
import { functionTable } from "../../engine/expression/functions/table.js";

/** The pages of `docs/reference/`, by name, as the code says them. */
export async function references(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["functions.md", functionsPage()],
    ["configuration.md", configurationPage()],
    ["conditions.md", conditionsPage()],
    ["sources-and-sinks.md", await formatsPage()],
  ]);
}

const made = "*This page is made from the code by `npm run docs`.*";

function functionsPage(): string {
  const scalars = functionTable
    .filter(({ name }) => isWord(name))
    .map(({ name, aliases = [], arity: [least, most], doc }) => ({ name, aliases: aliases.filter(isWord), takes: span(least, most), doc }));
  const all = [...Object.values(aggregateFunctions), ...Object.values(listAggregates)];
  const aggregates = [...new Set(all)].map(({ name, aliases, minArgs, maxArgs, doc }) => ({
    name,
    aliases,
    takes: span(minArgs, maxArgs),
    doc,
  }));
  return page("Functions", [
    `${made} In text expressions (\`selectExpr\`, \`where("…")\`, \`expr\`) functions have these names, in any case; the same functions are exported in camel case (\`date_add\` is \`dateAdd\`).`,
    "## Aggregates",
    functionRows(aggregates),
    "## Functions of a row",
    functionRows(scalars),
  ]);
}

const isWord = (name: string): boolean => /^[a-z]\w*$/.test(name);

interface Documented {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly takes: string;
  readonly doc: string;
}

function functionRows(functions: readonly Documented[]): string {
  const rows = functions
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, aliases, takes, doc }) => [[name, ...aliases].map(code).join(", "), takes, doc]);
  return table(["name", "arguments", ""], rows);
}

function span(least: number, most: number): string {
  if (most === Infinity) return `${least} or more`;
  return least === most ? String(least) : `${least} to ${most}`;
}

function configurationPage(): string {
  const rows = confKeys.map((key) => [code(key.name), kindOf(key), key.default === undefined ? "" : code(key.default), key.doc]);
  return page("Configuration", [
    `${made} Keys are given to \`Session.create({ conf })\`, \`session.conf.set\` or \`--set KEY=VALUE\`. Other keys of Spark's are accepted with a warning and mean nothing here.`,
    table(["key", "value", "default", ""], rows),
  ]);
}

async function formatsPage(): Promise<string> {
  const parts = [`${made} Names of options may be written in any case. Of each, what it takes and its default.`, "## Sources"];
  for (const name of sourceFormats.names) {
    const { options, metadata } = sourceFormats.get(name);
    parts.push(`### ${code(name)}`, ...(metadata?.fields ?? []).map(hiddenColumn), optionRows(options));
  }
  parts.push("## Sinks");
  for (const name of sinkFormats.names)
    parts.push(`### ${code(name)}`, optionRows((await sinkFormats.load(name, { memoryTables: memory })).options));
  return page("Sources and sinks", parts);
}

function hiddenColumn({ name, type }: Field): string {
  const members = type.kind === "struct" ? type.fields.map((member) => `${code(member.name)} ${sqlTypeName(member.type)}`).join(", ") : "";
  return `Rows have a hidden column ${code(name)}: ${members}. \`*\` leaves it out; \`select("${name}")\` and \`select("${name}.file_name")\` give it.`;
}

/** `dataframe/types/optionNames.ts`: what editors offer where the name of an option stands. */
export async function optionNames(): Promise<string> {
  const sinks = await Promise.all(
    sinkFormats.names.map(
      async (name) => [name, [...(await sinkFormats.load(name, { memoryTables: memory })).options, checkpointOption]] as const,
    ),
  );
  const sources = sourceFormats.names.map((name) => [name, sourceFormats.get(name).options] as const);
  const head = "// Made from the options of the formats by `npm run docs`, for editors.\n";
  const source = `/** The names of the options of each source. */\nexport interface SourceOptions {\n${unionsOf(sources)}}\n`;
  return `${head}\n${source}\n/** The names of the options of each sink. */\nexport interface SinkOptions {\n${unionsOf(sinks)}}\n`;
}

/** For each format a union of the names. */
function unionsOf(formats: readonly (readonly [string, readonly OptionSpec[]])[]): string {
  return formats.map(unionOf).join("");
}

/** As the formatter writes it. */
function unionOf([format, options]: readonly [string, readonly OptionSpec[]]): string {
  const names = options.map(({ name }) => JSON.stringify(name)).toSorted();
  const key = isWord(format) ? format : JSON.stringify(format);
  const line = `  ${key}: ${names.join(" | ")};\n`;
  return line.length <= 141 ? line : `  ${key}:${names.map((name) => `\n    | ${name}`).join("")};\n`;
}

const checkpointOption: OptionSpec = { name: "checkpointLocation", kind: "text", doc: "" };

function optionRows(options: readonly OptionSpec[]): string {
  if (options.length === 0) return "No options.";
  const rows = options.map((spec) => [
    code(spec.name),
    kindOf(spec),
    spec.default === undefined ? "" : code(JSON.stringify(spec.default)),
    spec.doc,
  ]);
  return table(["option", "value", "default", ""], rows);
}

function kindOf({ kind }: OptionSpec): string {
  return typeof kind === "string" ? kind : kind.map(code).join(", ");
}

function conditionsPage(): string {
  const rows = Object.entries<ConditionSpec>(conditions)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { sqlState, message, advice }]) => [code(name), sqlState, message, advice]);
  return page("Conditions", [
    `${made} Every error is a \`StreamingError\` with a \`condition\`, a \`sqlState\`, \`parameters\` and \`advice\`. Names and SQLSTATEs are Spark's where Spark has the condition.`,
    table(["condition", "SQLSTATE", "what and why", "what to do"], rows),
  ]);
}

function page(title: string, parts: readonly string[]): string {
  return [`# ${title}`, ...parts].join("\n\n") + "\n";
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;");
const code = (text: string): string => `\`${text}\``;
