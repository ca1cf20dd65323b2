import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Shape } from "../shape.ts";

/** The common base of tensors and graph nodes: arguments are recognised by it. */
export abstract class AnyTensor {
  abstract readonly shape: Shape;
  abstract readonly dtype: DType;
}

/** The mark of tensors, the same in every loaded copy of this package. */
const mark = Symbol.for("@chainrule/core tensor");
Object.defineProperty(AnyTensor.prototype, mark, { value: true });

export const isTensor = (x: unknown): x is AnyTensor => x instanceof AnyTensor;

/** @throws if `x` is a tensor of another copy of this package, which `instanceof` does not recognise. */
export function requireSameCopy(op: string, x: unknown): void {
  if (typeof x === "object" && x !== null && mark in x && !isTensor(x))
    fail(
      "value",
      op,
      "was given a tensor of another copy: there are two copies of @chainrule/core. Did you mean to install one? npm ls @chainrule/core lists them",
    );
}
