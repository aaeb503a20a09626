import type { WriteStream } from "node:tty";
import type { Terminal } from "./progressView.js";

/** A stream of the process as a terminal; a pipe is none. */
export function terminal(stream: WriteStream): Terminal {
  // A reader that has gone (`| head`) ends the showing, not the query.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
  };
}
