import { shownValue } from "./shownValue.js";

/** The cause of a refusal of a record, with its text: whoever knows where it was read adds that. */
export class MalformedRecord extends Error {
  constructor(readonly record: string) {
    super(`The record is ${shownValue(record.trim())}`);
    this.name = "MalformedRecord";
  }
}
