/**
 * The gradient of logistic regression derived by hand, on plain numbers and with the derivation's letters: features
 * X = (1, x₁, x₂, …), weights W = (w₀, w₁, w₂, …), logit z, prediction ŷ, label y, loss L.
 */

/** (1) L = −[y ln ŷ + (1−y) ln(1−ŷ)]. */
export const L = (ŷ: number, y: number): number => -(y * Math.log(ŷ) + (1 - y) * Math.log(1 - ŷ));

/** (2) ŷ = σ(z) = 1/(1 + e^{−z}). */
export const σ = (z: number): number => 1 / (1 + Math.exp(-z));

/** (3) z = w₀ + x₁w₁ + x₂w₂ + … = WᵀX. */
export const z = (W: readonly number[], X: readonly number[]): number =>
  W.reduce((sum, w, j) => sum + w * (X[j] as number), 0);

/** (4) ∂L/∂W = ∂L/∂ŷ · ∂ŷ/∂z · ∂z/∂W, the chain rule over the factors (5), (10) and (11). */
export function chained(W: readonly number[], X: readonly number[], y: number): number[] {
  const ŷ = σ(z(W, X));
  return dzdW(X).map((dzdw) => dLdŷ(ŷ, y) * dŷdz(ŷ) * dzdw);
}

/** (5) ∂L/∂ŷ = −(y/ŷ − (1−y)/(1−ŷ)) = (ŷ−y)/(ŷ(1−ŷ)). */
export const dLdŷ = (ŷ: number, y: number): number => (ŷ - y) / (ŷ * (1 - ŷ));
/** (5) before it is brought to one denominator. */
export const dLdŷTerms = (ŷ: number, y: number): number => -(y / ŷ - (1 - y) / (1 - ŷ));

/** (6)–(8) ∂ŷ/∂z = ∂/∂z (1 + e^{−z})⁻¹ = −(1 + e^{−z})⁻²·(−e^{−z}) = e^{−z}/(1 + e^{−z})². */
export const dŷdzQuotient = (z: number): number => Math.exp(-z) / (1 + Math.exp(-z)) ** 2;

/** (9)–(10) … = 1/(1 + e^{−z}) · (1 − 1/(1 + e^{−z})) = ŷ(1−ŷ). */
export const dŷdz = (ŷ: number): number => ŷ * (1 - ŷ);

/** (11) ∂z/∂W = X. */
export const dzdW = (X: readonly number[]): readonly number[] => X;

/** (12) ∂L/∂W = (ŷ−y)X. */
export const dLdW = (W: readonly number[], X: readonly number[], y: number): number[] =>
  X.map((x) => (σ(z(W, X)) - y) * x);

/** (12) over N examples, the gradient of their mean loss: ∂L/∂W = Xᵀ(ŷ−y)/N. */
export function dLdWBatch(W: readonly number[], X: readonly number[][], y: readonly number[]): number[] {
  const each = X.map((row, i) => dLdW(W, row, y[i] as number));
  return W.map((_, j) => each.reduce((sum, g) => sum + (g[j] as number), 0) / X.length);
}
