import type { Tensor } from "@chainrule/core";
import { describe } from "../describe.ts";
import { Module } from "../module.ts";

/** The parameters of a loss function: tensors, and options behind them. */
type Split<F extends (...args: never[]) => Tensor> =
  Required<Parameters<F>> extends readonly [...infer Tensors, infer Options]
    ? { readonly tensors: Tensors; readonly options: Options }
    : never;

/** A module that takes the tensors of a loss. */
export interface Loss<Tensors extends readonly unknown[]> extends Module {
  forward(...tensors: Tensors): Tensor;
}

/** A loss function as a module that is given its options once. */
export function loss<F extends (...args: never[]) => Tensor>(
  f: F,
): new (
  options?: Split<F>["options"],
) => Loss<Split<F>["tensors"]> {
  return class extends Module {
    readonly #options: Split<F>["options"] | undefined;
    constructor(options?: Split<F>["options"]) {
      super();
      this.#options = options;
    }
    forward(...tensors: Split<F>["tensors"]): Tensor {
      return f(...([...tensors, this.#options] as never[]));
    }
    protected override extraRepr(): string {
      return describe(this.#options ?? {});
    }
  };
}
