import { Session } from "../dataframe/session.js";
import { commandPort } from "./commandPort.js";
import { exitCodeOf } from "./failure.js";
import type { Messages } from "./messages.js";
import { Overrides } from "./overrides.js";

/** Gives a command that looks at a job a session with what `--set` says, until it is done or a signal comes. Gives the exit code: of the command, or of what failed. */
export async function inJobSession(
  messages: Messages,
  set: readonly string[],
  print: (line: string) => void,
  command: (session: Session, overrides: Overrides) => Promise<number>,
): Promise<number> {
  const running = { current: null as Session | null };
  const letGo = commandPort.onStopSignal(() => void running.current?.stop());
  try {
    const overrides = new Overrides(set);
    const session = (running.current = Session.create({
      conf: overrides.conf,
      readOptions: overrides.readOptions,
      print,
      warn: (message) => messages.warning(message),
    }));
    return await command(session, overrides);
  } catch (error) {
    messages.failure(error);
    return exitCodeOf(error);
  } finally {
    await running.current?.stop();
    letGo();
  }
}
