import { types } from "../arrow/types.js";
import { editDistance } from "../errors/nearest.js";
import { StreamingError } from "../errors/streamingError.js";
import { placed } from "../errors/textPlace.js";
import { literal, type Expression, type TextPosition } from "../expression/expression.js";
import { maskDefaults } from "../expression/functions/textTools.js";

interface Parameter {
  readonly name: string;
  /** What it is when nothing is given; null: something must be. */
  readonly default: Expression | null;
}

const collection: readonly Parameter[] = [{ name: "collection", default: null }];

/** The functions whose parameters Spark has names for. */
const signatures: Readonly<Record<string, readonly Parameter[]>> = {
  explode: collection,
  explode_outer: collection,
  posexplode: collection,
  posexplode_outer: collection,
  mask: [
    { name: "str", default: null },
    ...["upperChar", "lowerChar", "digitChar", "otherChar"].map((name, i) => ({
      name,
      default: maskDefaults[i] ?? literal(null, types.null),
    })),
  ],
};

/**
 * The arguments of a call by their places: those that come first, then those that are named (`name => value`). Of a function without names for its parameters they
 * stay as they are, and the analyzer says so.
 *
 * @throws UNEXPECTED_POSITIONAL_ARGUMENT, DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.…, UNRECOGNIZED_PARAMETER_NAME, REQUIRED_PARAMETER_NOT_FOUND
 */
export function arranged(name: string, args: readonly Expression[], position: TextPosition): readonly Expression[] {
  const signature = Object.hasOwn(signatures, name) ? signatures[name]! : null;
  if (signature === null || !args.some(({ kind }) => kind === "namedArgument")) return args;
  try {
    return byPlace(`\`${name}\``, signature, args);
  } catch (error) {
    throw placed(error, position);
  }
}

function byPlace(routineName: string, signature: readonly Parameter[], args: readonly Expression[]): readonly Expression[] {
  const positional = args.findIndex(({ kind }) => kind === "namedArgument");
  const given = new Map<number, Expression>();
  let last = "";
  for (const [i, arg] of args.entries()) {
    if (arg.kind !== "namedArgument") {
      if (i > positional) throw new StreamingError("UNEXPECTED_POSITIONAL_ARGUMENT", { routineName, parameterName: `\`${last}\`` });
      given.set(i, arg);
      continue;
    }
    const place = placeOf(arg.name, routineName, signature);
    const parameterName = `\`${signature[place]!.name}\``;
    if (given.has(place)) {
      const both = place < positional ? "BOTH_POSITIONAL_AND_NAMED" : "DOUBLE_NAMED_ARGUMENT_REFERENCE";
      throw new StreamingError(`DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.${both}`, { routineName, parameterName });
    }
    given.set(place, arg.value);
    last = arg.name;
  }
  return signature.map(({ name, default: otherwise }, i) => {
    const value = given.get(i) ?? otherwise;
    if (value === null)
      throw new StreamingError("REQUIRED_PARAMETER_NOT_FOUND", { routineName, parameterName: `\`${name}\``, index: String(i) });
    return value;
  });
}

function placeOf(argumentName: string, routineName: string, signature: readonly Parameter[]): number {
  const wanted = argumentName.toLowerCase();
  const place = signature.findIndex(({ name }) => name.toLowerCase() === wanted);
  if (place >= 0) return place;
  const near = signature
    .map(({ name }) => name)
    .toSorted((a, b) => editDistance(a.toLowerCase(), wanted) - editDistance(b.toLowerCase(), wanted));
  const proposal = near.slice(0, 3).map((name) => `\`${name}\``);
  throw new StreamingError("UNRECOGNIZED_PARAMETER_NAME", {
    routineName,
    argumentName: `\`${argumentName}\``,
    proposal: proposal.join(" "),
  });
}
