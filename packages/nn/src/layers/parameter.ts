import { type DType, type Generator, getDefaultDtype, Parameter, zeros } from "@chainrule/core";

/** How a layer's parameters are made. */
export interface ParameterOptions {
  /** `getDefaultDtype()` unless told. */
  readonly dtype?: DType;
  /** Where their first values are drawn from instead of the shared stream. */
  readonly generator?: Generator;
}

/** A parameter of zeros. */
export const parameter = (
  shape: readonly number[],
  { dtype = getDefaultDtype() }: ParameterOptions = {},
): Parameter => new Parameter(zeros(shape, { dtype }));
