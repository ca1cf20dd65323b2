import type { Tensor } from "@chainrule/core";
import { checkArguments, type Signature } from "@chainrule/core/internal";
import { Layer, layerInput } from "../module.ts";

const layerArguments: Signature = { startDim: "dim?", endDim: "dim?" };

/** All axes from `startDim` to `endDim` joined into one; the first, the batch, is left alone. */
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
