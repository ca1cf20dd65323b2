import type { Tensor } from "@chainrule/core";
import { describe } from "../describe.ts";
import { Layer } from "../module.ts";

/** A layer without parameters. */
export interface FunctionLayer extends Layer {
  forward(x: Tensor): Tensor;
}

/** A layer that applies a function; what its constructor is given follows the tensor. */
export function functionLayer<A extends readonly unknown[]>(
  f: (x: Tensor, ...args: A) => Tensor,
): new (
  ...args: A
) => FunctionLayer {
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
