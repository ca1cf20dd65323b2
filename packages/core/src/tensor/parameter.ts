import { type DType, isFloat } from "../dtype.ts";
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

  /** Holds its value, and its gradient, in another dtype from now on. @throws for a parameter, where it is no float one. */
  convert(dtype: DType): void {
    if (this.requiresGrad && !isFloat(dtype))
      fail("dtype", "convert", `a cell that requires a gradient must be float32 or float64, not ${dtype}`);
    this.replace(this.to(dtype));
    this.grad = this.grad?.to(dtype) ?? null;
  }
}

/** A cell that is trained: it collects its gradient. Its dtype is a float one. */
export class Parameter extends Cell {
  constructor(value: Tensor) {
    super(value);
    this.requiresGrad = true;
  }
}
