import type { DataFrame } from "../dataframe/dataFrame.js";
import type { Session } from "../dataframe/session.js";
import { writeResult, type ResultFormat } from "../dataframe/sql/results.js";
import { parseStatements } from "../engine/sql/statements.js";

export type Format = "table" | ResultFormat;

/** Rows that a table on a terminal shows; whoever wants more has the other formats. */
const shownRows = 1000;

/** Runs statements one after the other in a session. */
export class SqlStatements {
  constructor(
    private readonly session: Session,
    private readonly format: Format,
  ) {}

  /** Nothing runs when the text is no SQL as a whole. */
  async run(text: string): Promise<void> {
    for (const statement of parseStatements(text)) await this.show(await this.session.sql(statement.text));
  }

  private async show(result: DataFrame): Promise<void> {
    const isCommand = result.columns.length === 0;
    if (this.format !== "table") {
      if (!isCommand) await writeResult(uniquelyNamed(result), this.format, (bytes) => void process.stdout.write(Buffer.from(bytes)));
    } else if (isCommand) {
      process.stdout.write("OK\n");
    } else if (isText(result)) {
      // A plan or a description has its own lines.
      for (const row of await result.collect()) process.stdout.write(`${String(Object.values(row)[0])}\n`);
    } else {
      await result.show(shownRows, false);
    }
  }
}

/** Whether it is one text for people, as EXPLAIN gives it. */
function isText({ columns }: DataFrame): boolean {
  return columns.length === 1 && (columns[0] === "plan" || columns[0] === "function_desc");
}

/** With other names for columns whose names have been there: the second `a` is `a_2`. A table for people shows names as they are; the others hold each name once. */
function uniquelyNamed(result: DataFrame): DataFrame {
  const taken = new Set(result.columns.map((name) => name.toLowerCase()));
  const seen = new Set<string>();
  const names = result.columns.map((name) => {
    let unique = name;
    if (seen.has(name.toLowerCase())) for (let k = 2; taken.has(unique.toLowerCase()); k++) unique = `${name}_${k}`;
    taken.add(unique.toLowerCase());
    seen.add(unique.toLowerCase());
    return unique;
  });
  return names.every((name, i) => name === result.columns[i]) ? result : result.toDF(...names);
}
