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

/**
 * Layers that are applied sequentially. Parameters are named by the index of their layer: `0.weight`.
 *
 * @example
 * const model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 1));
 * console.log(model.forward(randn(16, 4)).shape); //=> [ 16, 1 ]
 * console.log(model.namedParameters().map(([name]) => name)); //=> [ '0.weight', '0.bias', '2.weight', '2.bias' ]
 */
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
