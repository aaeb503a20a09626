import { withoutCredentials } from "../engine/errors/credentials.js";
import { failureRecord, failureText } from "./failure.js";

/** What the command says beside what it shows: failures, warnings and what a job prints. A line of text for people, an object a line for machines (`--json`); on standard error. */
export class Messages {
  /** Whether several queries run, so that what is said of one has to name it. */
  ofSeveral = false;

  /** @param around makes room on a terminal for what `write` writes */
  constructor(
    private readonly json: boolean,
    private readonly around: (write: () => void) => void = (write) => write(),
  ) {}

  /** @param query the name of the query that failed, null when it is none's failure */
  failure(error: unknown, query: string | null = null): void {
    if (this.json) return this.line(failureRecord(error, query));
    this.write(`${this.prefix(query)}${failureText(error)}`);
  }

  warning(message: string, query: string | null = null): void {
    if (this.json) return this.line({ kind: "warning", query, message: withoutCredentials(message) });
    this.write(`${this.prefix(query)}warning: ${message}`);
  }

  /** What a job prints (`show`, the console sink) where standard output is for objects. */
  printed(text: string, query: string | null): void {
    if (this.json) return this.line({ kind: "printed", query, message: text });
    this.write(text);
  }

  /** What stands before what is said of a query. */
  prefix(query: string | null): string {
    return this.ofSeveral && query !== null ? `query ${query}: ` : "";
  }

  private line(record: object): void {
    this.write(JSON.stringify(record));
  }

  private write(text: string): void {
    this.around(() => process.stderr.write(`${text}\n`));
  }
}
