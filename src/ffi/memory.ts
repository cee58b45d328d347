/** Memory that C functions read and write. */

/**
 * Zeroed bytes out of Node's pool. An array buffer of their own would have V8 look at what it knows outside its heap, where
 * the addons claim 1 GiB for each pointer, and collect garbage each time.
 */
export const zeroed = (bytes: number): Buffer => Buffer.allocUnsafe(bytes).fill(0);
