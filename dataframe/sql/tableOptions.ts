import type { OptionSpec } from "../../engine/contract/options.js";
import { sinkFormats, sourceFormats } from "../formats.js";
import type { SessionContext } from "../sessionContext.js";

/** What a table's options are wanted for. */
type Use = "read" | "write";

/**
 * The options of a table for those who read it, or write to it: what only the other side knows is left to that (`multiLine`, `compression`); what neither knows stays, and is
 * refused by name.
 */
export async function optionsFor(
  use: Use,
  session: SessionContext,
  format: string,
  options: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const names = Object.keys(options);
  const specs = async (side: Use): Promise<readonly OptionSpec[]> => {
    if (side === "read") return sourceFormats.get(format).options;
    return sinkFormats.names.includes(format) ? (await sinkFormats.load(format, session)).options : [];
  };
  const foreign = names.filter(unknownTo(await specs(use)));
  if (foreign.length === 0) return options;
  const unknownToOther = unknownTo(await specs(use === "read" ? "write" : "read"));
  const left = new Set(foreign.filter((name) => !unknownToOther(name)));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !left.has(name)));
}

function unknownTo(specs: readonly OptionSpec[]): (name: string) => boolean {
  const known = new Set(specs.map(({ name }) => name.toLowerCase()));
  return (name) => !known.has(name.toLowerCase());
}
