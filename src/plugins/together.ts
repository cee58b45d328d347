/** Work that does not depend on one another goes on side by side: one part waits for HNS while another one reads the disk. */

/** What the parts answer, when all have ended. Throws what the first of them, in this order, has thrown. */
export async function together<T extends readonly unknown[]>(
  ...parts: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  // Not Promise.all: clean-up must not begin beside a part that still changes something.
  await Promise.allSettled(parts);
  return Promise.all(parts);
}
