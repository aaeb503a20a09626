import { MemoryTables } from "../sinks/memory/sink.js";

/** What the memory sinks of a test file are given: of all its sessions, since a query that is started again has another one. */
export const memory = new MemoryTables();
