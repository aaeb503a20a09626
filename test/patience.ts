/** How long a test waits for what must come: an event, the end of a process. Far more than ten times what the slowest takes on a quiet machine. */
export const patienceMs = 300_000;

/** How long a test may take: no test fails because a machine is slow, and one that hangs still ends. */
export const testLimitMs = 2 * patienceMs;
