import { commandPort } from "./commandPort.js";
import { commands } from "./commands.js";

/** How long what a command left open may keep its thread; the text of the main thread names it. */
const patienceMs = 3000;

const { command, words, values } = commandPort.task;
commandPort.say({ kind: "done", exitCode: await commands[command]!.run(words, values) });

// Whoever is still there then is not let go of by itself. The timer itself holds nothing.
setTimeout(() => {
  const by = process.getActiveResourcesInfo().filter((resource) => resource !== "MessagePort");
  commandPort.say({ kind: "heldOpen", by });
}, patienceMs).unref();
