/** The data of the first gradient: ∂/∂w of the mean of softplus(x·w) over two rows, at w = (½, −¼). */
export const x = [
  [1, 2],
  [3, -4],
];
export const w = [0.5, -0.25];

/** σ(x·w)ᵀ·x/2, by hand. */
export const expected = [0, 1].map((j) =>
  x.reduce((sum, row) => {
    const z = row.reduce((total, value, i) => total + value * (w[i] as number), 0);
    return sum + (row[j] as number) / (1 + Math.exp(-z)) / x.length;
  }, 0),
);
