/** Waiting, while whatever else is under way goes on. */
export const pause = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));
