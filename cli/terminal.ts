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
    // On a pipe the property is missing, whatever its type says.
    isTTY: "isTTY" in stream && stream.isTTY,
    get columns() {
      // Some terminals say that they have no width.
      return stream.columns > 0 ? stream.columns : 80;
    },
  };
}
