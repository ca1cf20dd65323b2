import { fail } from "../errors.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "./tensor.ts";

/**
 * A cell that holds the current value of something trained, and collects its gradient. Assigning to it changes no
 * tensor made from it before.
 */
export class Parameter extends Tensor {
  /** A cell that starts with `value`, which must be of a float dtype. */
  constructor(value: Tensor) {
    super(value.detach().node);
    this.requiresGrad = true;
  }

  /** Holds `value` from now on. @throws where its shape or dtype differ. */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype)
      fail(
        "shape",
        "assign",
        `the parameter is ${this.dtype}${formatShape(this.shape)} and the value ${value.dtype}${formatShape(value.shape)}`,
      );
    this.replace(value);
  }
}
