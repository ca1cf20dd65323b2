/** Draws n elements of a list; the same ones for the same seed. [Steele, Lea & Flood 2014, finalised as mulberry32] */
export function sample<T>(list: readonly T[], n: number, seed: number): readonly T[] {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return list
    .map((element) => ({ element, at: next() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, n)
    .map(({ element }) => element);
}
