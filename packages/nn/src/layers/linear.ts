import { type DType, type Generator, Parameter, type Tensor, zeros } from "@chainrule/core";
import { kaimingUniform, uniform } from "../init.ts";
import { Layer } from "../module.ts";

/** x·Wᵀ + b, for x of shape [.., in], W [out, in], b [out]. @throws where the inner sizes differ. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const y = x.matmul(weight.ndim === 1 ? weight : weight.transpose());
  return bias ? y.add(bias) : y;
}

/** How parameters are made. */
export interface ParameterOptions {
  readonly dtype?: DType;
  /** Where their first values are drawn from instead of the shared stream. */
  readonly generator?: Generator;
}

export const drawnFrom = ({ generator }: ParameterOptions): { generator?: Generator } =>
  generator ? { generator } : {};

/** A parameter of zeros. */
export const parameter = (
  shape: readonly number[],
  { dtype = "float32" }: ParameterOptions = {},
): Parameter => new Parameter(zeros(shape, { dtype }));

/** The affine map x·Wᵀ + b from `inFeatures` to `outFeatures`, W and b drawn from U(±1/√inFeatures). */
export class Linear extends Layer {
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    { bias = true, ...options }: ParameterOptions & { readonly bias?: boolean } = {},
  ) {
    super();
    const from = drawnFrom(options);
    this.weight = kaimingUniform(parameter([outFeatures, inFeatures], options), { a: Math.sqrt(5), ...from });
    const bound = 1 / Math.sqrt(inFeatures);
    this.bias = bias ? uniform(parameter([outFeatures], options), -bound, bound, from) : null;
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias ?? undefined);
  }

  protected override extraRepr(): string {
    return `${this.inFeatures}, ${this.outFeatures}${this.bias ? "" : ", bias: false"}`;
  }
}
