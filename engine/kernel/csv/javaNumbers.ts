/**
 * The double that Java's parseDouble makes of a text: blanks around it, a sign, digits without any before or behind the point, an exponent, `d` or `f` at the
 * end, hexadecimal with a binary exponent, `NaN` and `Infinity`. Null for what it refuses.
 */
export function javaDouble(text: string): number | null {
  const trimmed = text.replace(/^[\0-\u0020]+|[\0-\u0020]+$/g, "");
  const match = /^([+-]?)(NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?|0[xX][^]*)$/.exec(trimmed);
  if (match === null) return null;
  const [, sign, body] = match;
  const size = /^0x/i.test(body!) ? hexadecimal(body!) : Number(body!.replace(/[fFdD]$/, ""));
  return size === null ? null : sign === "-" ? -size : size;
}

function hexadecimal(text: string): number | null {
  const match = /^0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/.exec(text);
  if (match === null || (match[1] === "" && match[2] === "")) return null;
  const digits = BigInt(`0x0${match[1]}${match[2]}`);
  return Number(digits) * 2 ** (Number(match[3]) - 4 * match[2]!.length);
}
