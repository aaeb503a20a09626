import { types } from "../../arrow/types.js";
import { literal, type AggregateCall, type Expression } from "../../expression/expression.js";
import { literalText } from "../../expression/literalText.js";
import { rewriteExpression } from "../../expression/traverse.js";
import { sqlText } from "../../plan/sqlText.js";
import { sha2 } from "../../values/digests.js";

// A checkpoint remembers how aggregates are written, which tells two of the same function apart. What texts and bytes stand in them (the key of an hmac, say) is nobody's
// affair who reads the checkpoint: there is a digest in the place of each.

const utf8 = new TextEncoder();

/** Eight hexadecimal digits behind three dots. */
const hidden = /…([0-9a-f]{8})/;

const digestOf = (text: string): string => sha2(utf8.encode(text), 256)!.slice(0, 8);

/** How an aggregate is written, without the texts and bytes in it: `count(hmac(k, …5f2b01aa, …8d2c0d34))`. */
export function labelOf(call: AggregateCall): string {
  return sqlText(rewriteExpression(call, hide));
}

function hide(e: Expression): Expression {
  if (e.kind !== "literal" || e.value === null || (e.type.kind !== "string" && e.type.kind !== "binary")) return e;
  return literal(`…${digestOf(literalText(e.value, e.type, "UTC"))}`, types.string);
}

/** Whether a label that was remembered is of what has the label `now`. Those of older checkpoints have the texts themselves. */
export function isSameLabel(before: string, now: string): boolean {
  if (before === now) return true;
  // What stands between the digests, and they.
  const pieces = now.split(hidden);
  if (!before.startsWith(pieces[0]!)) return false;
  let at = pieces[0]!.length;
  for (let i = 1; i < pieces.length; i += 2) {
    const piece = pieces[i + 1]!;
    const end = i + 2 === pieces.length ? before.length - piece.length : before.indexOf(piece, at);
    if (end < at || !before.startsWith(piece, end) || digestOf(before.slice(at, end)) !== pieces[i]) return false;
    at = end + piece.length;
  }
  return at === before.length;
}
