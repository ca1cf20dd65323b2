import { Cell, Tensor } from "@chainrule/core";
import { checkArguments, type Options, type Signature } from "@chainrule/core/internal";
import { describe } from "../describe.ts";
import { Module } from "../module.ts";

/** The parameters of a loss function: tensors, then options. */
type LossArgs<F extends (...args: never[]) => Tensor> =
  Required<Parameters<F>> extends readonly [...infer Tensors, infer Options]
    ? { readonly tensors: Tensors; readonly options: Options }
    : never;

/** A module that takes the tensors of a loss function. */
export interface Loss<Tensors extends readonly unknown[]> extends Module {
  forward(...tensors: Tensors): Tensor;
}

/**
 * The module of a loss function, which is given the options once. Options that are tensors, such as `weight`, become
 * buffers, so that they are saved, loaded and converted together with the model.
 */
export function lossModule<F extends (...args: never[]) => Tensor>(
  f: F,
  known: Options,
): new (
  options?: LossArgs<F>["options"],
) => Loss<LossArgs<F>["tensors"]> {
  const signature: Signature = { options: known };
  return class extends Module {
    readonly #options: object;
    constructor(options?: LossArgs<F>["options"]) {
      super();
      checkArguments(new.target.name, signature, arguments);
      const given: [string, unknown][] = Object.entries(options ?? {});
      const tensors = given.filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor);
      const buffers = tensors.map(([name, x]) => [name, x instanceof Cell ? x : new Cell(x)] as const);
      this.#options = Object.fromEntries([...given, ...buffers]);
      Object.assign(this, Object.fromEntries(buffers));
    }
    forward(...tensors: LossArgs<F>["tensors"]): Tensor {
      // TypeScript cannot rejoin the parameters of f that LossArgs split.
      return f(...([...tensors, this.#options] as never[]));
    }
    protected override extraRepr(): string {
      return describe(this.#options);
    }
  };
}
