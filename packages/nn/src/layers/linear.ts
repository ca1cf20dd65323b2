import { formatShape, type Parameter, type Tensor } from "@chainrule/core";
import { checkArguments, fail, ranges, requireInRange, type Signature } from "@chainrule/core/internal";
import { requireShape } from "../functional/standardise.ts";
import { kaimingUniform, uniform } from "../init.ts";
import { Layer } from "../module.ts";
import { drawOptions, type ParameterOptions, parameter, parameterOptions } from "../parameter.ts";

const linearArguments: Signature = { x: "tensor", weight: "tensor", bias: "tensor?" };

/**
 * Affine map x·Wᵀ + b.
 *
 * @param x […, in]
 * @param weight W [out, in]
 * @param bias b [out]; default none
 * @returns […, out]
 * @throws where the sizes do not fit
 *
 * @example
 * console.log(linear(tensor([1, 2]), tensor([[3, 4], [5, 6]]), tensor([10, 20])));
 * //=> tensor([21, 37], shape [2], float32)
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  checkArguments("linear", linearArguments, arguments);
  if (weight.ndim !== 2 || x.ndim === 0 || x.shape.at(-1) !== weight.shape[1])
    fail(
      "shape",
      "linear",
      `input ${formatShape(x.shape)} and weight ${formatShape(weight.shape)} must be […, in] and [out, in]`,
    );
  if (bias && bias.ndim !== 0) requireShape("linear", [weight.shape[0]!], { bias });
  const y = x.matmul(weight.transpose());
  return bias ? y.add(bias) : y;
}

/** Options of `Linear`. */
export interface LinearOptions extends ParameterOptions {
  /** Whether there is a bias b. Default: true. */
  readonly bias?: boolean;
}

const layerArguments: Signature = {
  inFeatures: "number",
  outFeatures: "number",
  options: { ...parameterOptions, bias: "boolean" },
};

/**
 * The affine map x·Wᵀ + b from `inFeatures` to `outFeatures`. W and b are drawn from U(±1/√inFeatures).
 *
 * @example
 * const layer = new Linear(3, 2);
 * console.log(layer.forward(randn(8, 3)).shape); //=> [ 8, 2 ]
 * console.log(layer.namedParameters().map(([name, p]) => [name, p.shape]));
 * //=> [ [ 'weight', [ 2, 3 ] ], [ 'bias', [ 2 ] ] ]
 */
export class Linear extends Layer {
  static override readonly name: string = "Linear";
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    given: LinearOptions = {},
  ) {
    super();
    checkArguments("Linear", layerArguments, arguments);
    const { bias = true, ...options } = given;
    requireInRange("Linear", ranges.nonNegativeInteger, { inFeatures, outFeatures });
    this.weight = kaimingUniform(parameter([outFeatures, inFeatures], options), {
      a: Math.sqrt(5),
      ...drawOptions(options),
    });
    const bound = inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0;
    this.bias = bias ? uniform(parameter([outFeatures], options), -bound, bound, drawOptions(options)) : null;
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias ?? undefined);
  }

  protected override extraRepr(): string {
    return `${this.inFeatures}, ${this.outFeatures}${this.bias ? "" : ", bias: false"}`;
  }
}
