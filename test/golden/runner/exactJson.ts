/**
 * JSON.parse that keeps whole numbers exact: those beyond 2^53 come back as bigint. Golden inputs carry plain JSON numbers of any size.
 *
 * A big number outside strings is quoted with a mark before JSON.parse sees the text, and the mark is taken off after.
 */
export function parseExactJson(text: string): unknown {
  const mark = "\u0000int:";
  const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  const marked = text.replace(tokens, (token) => (/^-?\d{16,}$/.test(token) ? JSON.stringify(mark + token) : token));
  return JSON.parse(marked, (_key, value: unknown) => {
    if (typeof value !== "string" || !value.startsWith(mark)) return value;
    const exact = BigInt(value.slice(mark.length));
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
  });
}
