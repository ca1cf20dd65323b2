import type { Tensor } from "@chainrule/core";
import { checkArguments, type Signature } from "@chainrule/core/internal";
import { Layer, layerInput } from "../module.ts";

const layerArguments: Signature = { startDim: "dim?", endDim: "dim?" };

/**
 * Flattens the axes from `startDim` to `endDim` into one. By default it keeps the first axis, the batch.
 *
 * @param startDim default 1
 * @param endDim default −1
 *
 * @example
 * console.log(new Flatten().forward(zeros([2, 3, 4])).shape); //=> [ 2, 12 ]
 */
export class Flatten extends Layer {
  static override readonly name: string = "Flatten";
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
    checkArguments("Flatten", layerArguments, arguments);
  }

  forward(x: Tensor): Tensor {
    checkArguments("Flatten", layerInput, arguments);
    return x.flatten(this.startDim, this.endDim);
  }
}
