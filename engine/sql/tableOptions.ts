import type { Grammar } from "./tokenStream.js";

/** `('key' = 'value', a.b 1, flag = true)`; the bracket comes next. */
export function readTableOptions({ tokens }: Grammar): Record<string, string> {
  const options: Record<string, string> = {};
  tokens.bracketed(() => {
    const key = tokens.peek().kind === "string" ? tokens.next().text : tokens.path("the name of an option").parts.join(".");
    tokens.accept("=");
    options[key] = valueOf();
  });
  return options;

  function valueOf(): string {
    const sign = tokens.accept("-") ? "-" : "";
    const token = tokens.peek();
    const fits = token.kind === "string" || token.kind === "number" || token.word === "TRUE" || token.word === "FALSE";
    if (!fits) throw tokens.unexpected("expected the value of an option: a string, a number, TRUE or FALSE");
    return sign + (token.kind === "identifier" ? tokens.next().text.toLowerCase() : tokens.next().text);
  }
}
