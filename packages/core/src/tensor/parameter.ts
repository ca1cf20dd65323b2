import { fail } from "../errors.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "./tensor.ts";

/**
 * A cell that holds the current value of something that changes, such as a running average. Assigning to it changes no
 * tensor made from it before.
 */
export class Cell extends Tensor {
  /** A cell that starts with `value`. */
  constructor(value: Tensor) {
    super(value.detach().node);
  }

  /** Holds `value` from now on. @throws where its shape or dtype differ. */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype)
      fail(
        "shape",
        "assign",
        `the cell is ${this.dtype}${formatShape(this.shape)} and the value ${value.dtype}${formatShape(value.shape)}`,
      );
    this.replace(value);
  }
}

/** A cell that is trained: it collects its gradient. Its dtype is a float one. */
export class Parameter extends Cell {
  constructor(value: Tensor) {
    super(value);
    this.requiresGrad = true;
  }
}
