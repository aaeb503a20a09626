import { describe, expect, it } from "vitest";
import { parseSync, Visitor } from "oxc-parser";
import { isGenerated, shippedFiles, testFiles } from "./files.js";

const maxFileLines = 400;
const maxFunctionLines = 60;

/** Files that may be longer, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {
  "dataframe/column.ts": "the verbs of a Column give Columns: two files would be a circle",
  "dataframe/dataFrame.ts": "DataFrame and GroupedData give each other: two files would be a circle",
};

/** Functions that may be longer, each with its reason: `path:name`. */
const longFunctions: Readonly<Record<string, string>> = {};

const files = [...shippedFiles(), ...testFiles()].filter((file) => !isGenerated(file.path));

describe("sizes", () => {
  it(`no file has more than ${maxFileLines} lines`, () => {
    const long = files.filter((file) => lines(file.text) > maxFileLines && !(file.path in longFiles));
    expect(long.map((file) => `${file.path}: ${lines(file.text)} lines`)).toEqual([]);
  });

  it(`no function has more than ${maxFunctionLines} lines`, () => {
    const long = shippedFiles()
      .filter((file) => !isGenerated(file.path))
      .flatMap((file) => longFunctionsOf(file.path, file.text))
      .filter((name) => !Object.hasOwn(longFunctions, name.split(" ")[0]!));
    expect(long).toEqual([]);
  });

  it("the exceptions are all needed", () => {
    const paths = new Set(files.map((file) => file.path));
    expect(
      [...Object.keys(longFiles), ...Object.keys(longFunctions).map((key) => key.split(":")[0]!)].filter((path) => !paths.has(path)),
    ).toEqual([]);
  });
});

function lines(text: string): number {
  return text.split("\n").length - 1;
}

interface FunctionLike {
  readonly start: number;
  readonly end: number;
  readonly id?: { readonly name: string } | null;
}

function longFunctionsOf(path: string, text: string): string[] {
  const found: string[] = [];
  const check = (node: FunctionLike): void => {
    const count = text.slice(node.start, node.end).split("\n").length;
    const line = text.slice(0, node.start).split("\n").length;
    if (count > maxFunctionLines) found.push(`${path}:${node.id?.name ?? `line${line}`} has ${count} lines (line ${line})`);
  };
  new Visitor({ FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check }).visit(
    parseSync(path, text).program,
  );
  return found;
}
