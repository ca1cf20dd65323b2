import type { Tensor } from "@chainrule/core";
import { describe } from "../describe.ts";
import { Layer } from "../module.ts";

/** A layer without parameters. */
export interface Activation extends Layer {
  forward(x: Tensor): Tensor;
}

/** A layer that applies a function; what its constructor is given follows the tensor. */
function activation<A extends readonly unknown[]>(
  f: (x: Tensor, ...args: A) => Tensor,
): new (
  ...args: A
) => Activation {
  return class extends Layer {
    readonly #args: A;
    constructor(...args: A) {
      super();
      this.#args = args;
    }
    forward(x: Tensor): Tensor {
      return f(x, ...this.#args);
    }
    protected override extraRepr(): string {
      return this.#args.map(describe).join(", ");
    }
  };
}

export interface GELUOptions {
  readonly approximate?: "none" | "tanh";
}

/** max(x, 0). */
export class ReLU extends activation((x) => x.relu()) {}
/** x where positive, else negativeSlope·x. */
export class LeakyReLU extends activation((x, negativeSlope: number = 0.01) => x.leakyRelu(negativeSlope)) {}
/** x where positive, else alpha·(eˣ − 1). */
export class ELU extends activation((x, alpha: number = 1) => x.elu(alpha)) {}
/** x·Φ(x), or its fast approximation by tanh. */
export class GELU extends activation((x, { approximate = "none" }: GELUOptions = {}) =>
  approximate === "tanh" ? x.geluTanh() : x.gelu(),
) {}
/** x·σ(x). */
export class SiLU extends activation((x) => x.silu()) {}
/** 1/(1 + e^{−x}). */
export class Sigmoid extends activation((x) => x.sigmoid()) {}
/** ln σ(x). */
export class LogSigmoid extends activation((x) => x.logSigmoid()) {}
/** tanh x. */
export class Tanh extends activation((x) => x.tanh()) {}
/** ln(1 + e^{βx})/β. */
export class Softplus extends activation((x, beta: number = 1) =>
  beta === 1 ? x.softplus() : x.mul(beta).softplus().div(beta),
) {}
/** eˣ/Σeˣ along a dim. */
export class Softmax extends activation((x, dim: number = -1) => x.softmax(dim)) {}
/** x − ln Σeˣ along a dim. */
export class LogSoftmax extends activation((x, dim: number = -1) => x.logSoftmax(dim)) {}
