/** The size of the elements of one or several tensors. */
export interface Statistics {
  /** √Σx², in double precision. */
  readonly norm: number;
  /** max |x|; NaN if one is NaN. */
  readonly max: number;
  /** The share of elements that are 0, between 0 and 1. */
  readonly zeros: number;
  /** The share of elements that are NaN or infinite, between 0 and 1. */
  readonly nonFinite: number;
}

/** The statistics of all elements of several lists. */
export function statisticsOf(lists: readonly ArrayLike<number>[]): Statistics {
  let [max, zeros, nonFinite, count] = [0, 0, 0, 0];
  for (const list of lists) {
    count += list.length;
    for (let i = 0; i < list.length; i++) {
      const x = list[i]!;
      max = Math.max(max, Math.abs(x));
      if (x === 0) zeros++;
      if (!Number.isFinite(x)) nonFinite++;
    }
  }
  // Scaled by the maximum, squares neither overflow nor underflow.
  let sum = 0;
  if (max > 0 && max < Infinity)
    for (const list of lists) for (let i = 0; i < list.length; i++) sum += (list[i]! / max) ** 2;
  const norm = Number.isFinite(max) ? max * Math.sqrt(sum) : max;
  return { norm, max, zeros: zeros / (count || 1), nonFinite: nonFinite / (count || 1) };
}
