import { type DType, type Generator, Parameter, zeros } from "@chainrule/core";

/** How a layer's parameters are made. */
export interface ParameterOptions {
  readonly dtype?: DType;
  /** Where their first values are drawn from instead of the shared stream. */
  readonly generator?: Generator;
}

/** A parameter of zeros. */
export const parameter = (
  shape: readonly number[],
  { dtype = "float32" }: ParameterOptions = {},
): Parameter => new Parameter(zeros(shape, { dtype }));
