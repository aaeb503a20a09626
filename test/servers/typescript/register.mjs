import { register } from "node:module";

// Lets a child process of a test run the project's TypeScript as it stands: `node --import …/register.mjs program.ts`.
register("./hooks.mjs", import.meta.url);
