/** A JSON string literal, with the escapes that Jackson writes: quotes, backslashes and control characters, and halves of surrogate pairs. */
export function quoteJson(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return `"${text.replace(/["\\\u0000-\u001f]|\p{Surrogate}/gu, escapeOf)}"`;
}

const shortEscapes: Record<string, string> = { '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeOf(character: string): string {
  return shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The string that the text between the quotes of a JSON string means. */
export function unquoteJson(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, letter: string) =>
    code === undefined ? (unescaped[letter] ?? letter) : String.fromCharCode(parseInt(code, 16)),
  );
}

const unescaped: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
