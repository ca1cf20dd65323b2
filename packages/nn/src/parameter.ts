import { type DType, type Generator, getDefaultDtype, Parameter, zeros } from "@chainrule/core";
import { generatorKind, type Options } from "@chainrule/core/internal";

/** How a layer's parameters are made. */
export interface ParameterOptions {
  /** `getDefaultDtype()` unless told. */
  readonly dtype?: DType;
  /** Where their first values are drawn from instead of the shared stream. */
  readonly generator?: Generator;
}

export const parameterOptions = { dtype: "dtype", generator: generatorKind } as const satisfies Options;

/** What the first values are drawn from, of all the options of a layer. */
export const drawOptions = ({ generator }: ParameterOptions): Pick<ParameterOptions, "generator"> =>
  generator ? { generator } : {};

/** A parameter of zeros. */
export const parameter = (
  shape: readonly number[],
  { dtype = getDefaultDtype() }: ParameterOptions = {},
): Parameter => new Parameter(zeros(shape, { dtype }));
