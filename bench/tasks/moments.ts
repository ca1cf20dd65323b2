/** Two numbers that betray a wrong or transposed array: its mean size, and a mean weighted by position. */
export function moments(x: ArrayLike<number>): readonly number[] {
  let [size, weighted] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number;
    size += Math.abs(value);
    weighted += Math.abs(value) * ((i * 7919) % 1009);
  }
  return [size / x.length, weighted / x.length / 504];
}
