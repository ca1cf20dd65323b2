import { functionLayer } from "./functionLayer.ts";

export interface GELUOptions {
  readonly approximate?: "none" | "tanh";
}

/** max(x, 0). */
export class ReLU extends functionLayer((x) => x.relu()) {}
/** x where positive, else negativeSlope·x. */
export class LeakyReLU extends functionLayer((x, negativeSlope: number = 0.01) =>
  x.leakyRelu(negativeSlope),
) {}
/** x where positive, else alpha·(eˣ − 1). */
export class ELU extends functionLayer((x, alpha: number = 1) => x.elu(alpha)) {}
/** x·Φ(x), or its fast approximation by tanh. */
export class GELU extends functionLayer((x, { approximate = "none" }: GELUOptions = {}) =>
  approximate === "tanh" ? x.geluTanh() : x.gelu(),
) {}
/** x·σ(x). */
export class SiLU extends functionLayer((x) => x.silu()) {}
/** 1/(1 + e^{−x}). */
export class Sigmoid extends functionLayer((x) => x.sigmoid()) {}
/** ln σ(x). */
export class LogSigmoid extends functionLayer((x) => x.logSigmoid()) {}
/** tanh x. */
export class Tanh extends functionLayer((x) => x.tanh()) {}
/** ln(1 + e^{βx})/β. */
export class Softplus extends functionLayer((x, beta: number = 1) =>
  beta === 1 ? x.softplus() : x.mul(beta).softplus().div(beta),
) {}
/** eˣ/Σeˣ along a dim. */
export class Softmax extends functionLayer((x, dim: number = -1) => x.softmax(dim)) {}
/** x − ln Σeˣ along a dim. */
export class LogSoftmax extends functionLayer((x, dim: number = -1) => x.logSoftmax(dim)) {}
