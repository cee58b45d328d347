/** Time, as no clock of the wall tells it. */

/** Milliseconds since the process began. Not `performance`, which loads a dozen of Node's modules when it is first named. */
export const elapsedMs = (): number => process.uptime() * 1000;

/** Waits, while whatever else is under way goes on. */
export const pause = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));
