import type { Tensor } from "@chainrule/core";
import { checkArguments, type Kind, type Signature } from "@chainrule/core/internal";
import { Layer, Module } from "../module.ts";

const layerKind: Kind = {
  holds: (x) => x instanceof Module,
  message: "a layer",
  fix: "new Sequential(a, b)",
  rest: true,
};
const sequentialArguments: Signature = { layers: layerKind };

/** Layers one after the other; their parameters are named by place: `0.weight`. */
export class Sequential extends Layer {
  static override readonly name: string = "Sequential";
  readonly [place: number]: Layer;
  /** How many layers there are. */
  readonly length: number;

  constructor(...layers: readonly Layer[]) {
    super();
    checkArguments("Sequential", sequentialArguments, layers);
    Object.assign(this, layers);
    this.length = layers.length;
  }

  *[Symbol.iterator](): Generator<Layer> {
    for (let i = 0; i < this.length; i++) yield this[i]!;
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this) y = layer.forward(y);
    return y;
  }
}
