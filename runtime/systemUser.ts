import { userInfo } from "node:os";

/** The user of the system that the process runs as; its number where it has no name (in a container), empty where the system tells neither. */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}
