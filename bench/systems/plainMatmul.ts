/** c += a·b, [n, k] · [k, m]: for each row of c, four rows of b at a time. */
export function matmul(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  n: number,
  k: number,
  m: number,
): void {
  const whole = k - (k % 4);
  for (let i = 0; i < n; i++) {
    const row = i * m;
    for (let p = 0; p < whole; p += 4) {
      const [a0, a1, a2, a3] = [a[i * k + p]!, a[i * k + p + 1]!, a[i * k + p + 2]!, a[i * k + p + 3]!];
      const [b0, b1, b2, b3] = [p * m, (p + 1) * m, (p + 2) * m, (p + 3) * m];
      for (let j = 0; j < m; j++)
        c[row + j]! += a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!;
    }
    for (let p = whole; p < k; p++) {
      const scale = a[i * k + p]!;
      for (let j = 0; j < m; j++) c[row + j]! += scale * b[p * m + j]!;
    }
  }
}

/** The transpose of a [n, m] matrix. */
export function transpose(a: Float32Array, n: number, m: number): Float32Array {
  const t = new Float32Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) t[j * n + i] = a[i * m + j]!;
  return t;
}
