const simple: Readonly<Record<string, string>> = { "0": "\0", b: "\b", n: "\n", r: "\r", t: "\t", Z: "\u001a" };

const escape = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))|''|""/g;

/**
 * The value of a string literal's body. `\%` and `\_` stay as they are, for LIKE; a doubled quote is one quote.
 */
export function unescapeString(body: string, quote: string): string {
  if (!body.includes("\\") && !body.includes(quote)) return body;
  return body.replace(escape, (whole: string, short?: string, long?: string, octal?: string, other?: string) => {
    if (short !== undefined) return String.fromCharCode(Number.parseInt(short, 16));
    if (long !== undefined) return codePoint(Number.parseInt(long, 16), whole);
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (other === undefined) return whole === quote + quote ? quote : whole;
    if (other === "%" || other === "_") return whole;
    return simple[other] ?? other;
  });
}

function codePoint(code: number, whole: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
