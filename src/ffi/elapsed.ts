/** Time, as no clock of the wall tells it. */

/** Milliseconds since the process began. Not `performance`, which loads a dozen of Node's modules when it is first named. */
export const elapsedMs = (): number => process.uptime() * 1000;
