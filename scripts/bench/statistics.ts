/** Numbers of many measurements: what stands for them, and how it is written. Pure. */

/** Of samples in milliseconds. */
export interface Summary {
  readonly median: number;
  readonly p95: number;
}

/** @throws RangeError without samples: nothing stands for them. */
export function summarize(samples: readonly number[]): Summary {
  return { median: quantile(samples, 0.5), p95: quantile(samples, 0.95) };
}

/** With linear interpolation between the two nearest samples (R's type 7): the median of an even number lies half-way. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (low === undefined || high === undefined) throw new RangeError('Cannot summarize no samples');
  return low + (high - low) * (place - Math.floor(place));
}

/** Three digits, or more before the point: "0.123", "4.57", "45.7", "1,234". */
export function formatMs(ms: number): string {
  const decimals = [1, 10, 100].filter((limit) => ms < limit).length;
  return ms.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

export const formatSummary = ({ median, p95 }: Summary): string => `${formatMs(median)} (${formatMs(p95)})`;

export const formatRatio = (ratio: number): string => `${ratio.toFixed(2)}×`;

export const formatCount = (count: number): string => count.toLocaleString('en-US');
