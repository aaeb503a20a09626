import type { Session } from "../dataframe/session.js";
import { endsStatement } from "../engine/sql/endsStatement.js";
import { commandPort } from "./commandPort.js";
import { exitCodes } from "./failure.js";
import type { Messages } from "./messages.js";
import type { SqlStatements } from "./sqlStatements.js";
import { completions } from "./sqlCompletion.js";

const help = `A statement ends with a semicolon and may take several lines.
  SHOW TABLES;  SHOW FUNCTIONS;  DESCRIBE t;     what there is
  SELECT * FROM json.\`path\` LIMIT 10;            a file or a folder (json, csv, parquet, text)
  CREATE TEMP VIEW v AS SELECT …;                a name for a query
Tab completes names, the arrows go through what was typed before, Ctrl-C drops it or stops the statement that runs, exit (or Ctrl-D) ends.
`;

/** A talk: statements as they are typed, each run when it is whole. What fails is said, and the talk goes on. */
export class SqlPrompt {
  constructor(
    private readonly session: Session,
    private readonly statements: SqlStatements,
    private readonly messages: Messages,
  ) {}

  /** Gives the exit code when the person has left. */
  async run(): Promise<number> {
    process.stdout.write("SQL as Spark means it. A statement ends with ;, help; says more, exit leaves.\n");
    const stopCompleting = commandPort.onComplete((line) => completions(this.session, line));
    try {
      let typed = "";
      for (;;) {
        const line = await commandPort.ask(typed === "" ? "sql> " : "...> ");
        if (line.kind === "end") break;
        typed = line.kind === "dropped" ? "" : `${typed}${line.text}\n`;
        const word = typed.trim().replace(/;$/, "").toLowerCase();
        if (word === "exit" || word === "quit") break;
        if (word === "") typed = "";
        else if (word === "help") process.stdout.write(help);
        else if (!endsStatement(typed)) continue;
        else await this.tried(typed);
        typed = "";
      }
      return exitCodes.done;
    } finally {
      stopCompleting();
      await this.session.stop();
    }
  }

  private async tried(text: string): Promise<void> {
    try {
      await this.statements.run(text);
    } catch (error) {
      this.messages.failure(error);
    }
  }
}
