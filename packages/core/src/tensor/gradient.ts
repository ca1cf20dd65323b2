import type { DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Tensor } from "./tensor.ts";

/** Follows the gradient of a cell while a function that uses it is traced. */
export interface GradientObserver {
  /** Called before a read. */
  onRead(): void;
  onSet(): void;
  onConsume(): void;
}

/** The gradient of a cell. */
export class Gradient {
  tensor: Tensor | null = null;
  /** Whether the step of an optimizer in a compiled function has consumed the gradient, so that it was not kept. */
  consumed = false;
  /** Whether other code may hold `tensor`, so that its memory is not reused. */
  aliased = true;
  observer: GradientObserver | null = null;

  /** The present gradient. @throws if it was not kept */
  read(): Tensor | null {
    this.observer?.onRead();
    if (this.consumed)
      fail(
        "gradient",
        "grad",
        "an optimizer's step inside a compiled function has used this gradient up, and it was not kept. Return it from that function (return [loss, p.grad]), or call zeroGrad() before the next backward()",
      );
    this.aliased = true;
    return this.tensor;
  }

  set(tensor: Tensor | null): void {
    this.observer?.onSet();
    this.tensor = tensor;
    this.consumed = false;
    this.aliased = true;
  }

  /** Notes that a step has consumed the gradient: a compiled function keeps it only for a later call that reads it. */
  consume(): void {
    this.observer?.onConsume();
  }

  convert(dtype: DType): void {
    if (this.tensor) this.set(this.tensor.to(dtype));
  }
}
