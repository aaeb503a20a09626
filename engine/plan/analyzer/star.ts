import { StreamingError } from "../../errors/streamingError.js";
import type { Attribute, Expression, UnresolvedStar } from "../../expression/expression.js";
import { freshId } from "../../expression/expression.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { fieldOf } from "./extract.js";
import type { Scope } from "./scope.js";

/**
 * The columns that `*`, `t.*` or `structColumn.*` stands for.
 *
 * @throws CANNOT_RESOLVE_STAR_EXPAND
 */
export function expandStar({ target }: UnresolvedStar, scope: Scope): readonly Expression[] {
  if (target.length === 0) return scope.attributes;
  const qualified: readonly Attribute[] = target.length === 1 ? scope.qualified(target[0]!) : [];
  if (qualified.length > 0) return qualified;
  const column = structColumn(target, scope);
  const type = typeOf(column);
  if (type.kind !== "struct") throw unresolved(target, scope);
  return type.fields.map(({ name }) => ({ kind: "alias", child: fieldOf(column, name, scope.context), name, id: freshId() }));
}

function structColumn(target: readonly string[], scope: Scope): Expression {
  try {
    return scope.resolve(target);
  } catch (error) {
    if (error instanceof StreamingError && error.condition.startsWith("UNRESOLVED_COLUMN")) throw unresolved(target, scope);
    throw error;
  }
}

function unresolved(target: readonly string[], scope: Scope): StreamingError {
  return new StreamingError("CANNOT_RESOLVE_STAR_EXPAND", {
    targetString: `\`${target.join("`.`")}\``,
    columns: scope.attributes.map((a) => `\`${a.name}\``).join(", "),
  });
}

/** Arguments with the stars among them expanded: `struct(*)`, `xxhash64(*)`. */
export function expandArguments(args: readonly Expression[], scope: Scope): readonly Expression[] {
  return args.flatMap((arg) => (arg.kind === "unresolvedStar" ? expandStar(arg, scope) : [arg]));
}
