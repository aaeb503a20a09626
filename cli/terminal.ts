import { commandPort } from "./commandPort.js";
import type { Terminal } from "./progressView.js";

/** Standard output of the process. */
export const terminal: Terminal = {
  write: (text) => void process.stdout.write(text),
  get isTTY() {
    return commandPort.screen.isTTY;
  },
  get columns() {
    return commandPort.screen.columns;
  },
};
