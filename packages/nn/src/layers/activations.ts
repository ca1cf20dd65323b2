import type { Tensor } from "@chainrule/core";
import { Layer } from "../module.ts";

/** A layer that applies a function; what its constructor is given follows the tensor. */
function activation<A extends readonly unknown[]>(
  name: string,
  f: (x: Tensor, ...args: A) => Tensor,
): new (
  ...args: A
) => Layer {
  const made = class extends Layer {
    readonly #args: A;
    constructor(...args: A) {
      super();
      this.#args = args;
    }
    forward(x: Tensor): Tensor {
      return f(x, ...this.#args);
    }
    protected override extraRepr(): string {
      return this.#args.map((a) => JSON.stringify(a)).join(", ");
    }
  };
  Object.defineProperty(made, "name", { value: name });
  return made;
}

export interface GELUOptions {
  readonly approximate?: "none" | "tanh";
}

/** max(x, 0). */
export const ReLU = activation("ReLU", (x) => x.relu());
/** x where positive, else negativeSlope·x. */
export const LeakyReLU = activation("LeakyReLU", (x, negativeSlope: number = 0.01) =>
  x.leakyRelu(negativeSlope),
);
/** x where positive, else alpha·(eˣ − 1). */
export const ELU = activation("ELU", (x, alpha: number = 1) => x.elu(alpha));
/** x·Φ(x), or its fast approximation by tanh. */
export const GELU = activation("GELU", (x, { approximate = "none" }: GELUOptions = {}) =>
  approximate === "tanh" ? x.geluTanh() : x.gelu(),
);
/** x·σ(x). */
export const SiLU = activation("SiLU", (x) => x.silu());
/** 1/(1 + e^{−x}). */
export const Sigmoid = activation("Sigmoid", (x) => x.sigmoid());
/** ln σ(x). */
export const LogSigmoid = activation("LogSigmoid", (x) => x.logSigmoid());
/** tanh x. */
export const Tanh = activation("Tanh", (x) => x.tanh());
/** ln(1 + eˣ). */
export const Softplus = activation("Softplus", (x) => x.softplus());
/** eˣ/Σeˣ along a dim. */
export const Softmax = activation("Softmax", (x, dim: number = -1) => x.softmax(dim));
/** x − ln Σeˣ along a dim. */
export const LogSoftmax = activation("LogSoftmax", (x, dim: number = -1) => x.logSoftmax(dim));
