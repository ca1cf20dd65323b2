import type { Tensor } from "@chainrule/core";
import { checkArguments, type Signature } from "@chainrule/core/internal";
import { describe } from "../describe.ts";
import { Layer } from "../module.ts";

/** A layer without parameters, which applies a function. */
export interface FunctionLayer extends Layer {
  forward(x: Tensor): Tensor;
}

/** The class of layers that apply a function of x; its constructor takes the other arguments. */
export function functionLayer<A extends readonly unknown[]>(
  f: (x: Tensor, ...args: A) => Tensor,
  { x: _, ...own }: Signature,
): new (
  ...args: A
) => FunctionLayer {
  return class extends Layer {
    readonly #args: A;
    constructor(...args: A) {
      super();
      checkArguments(new.target.name, own, args);
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
