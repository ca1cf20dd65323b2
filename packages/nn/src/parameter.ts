import { type DType, type Generator, getDefaultDtype, Parameter, zeros } from "@chainrule/core";
import { generatorKind, type Options } from "@chainrule/core/internal";

/** Options of layers with parameters. */
export interface ParameterOptions {
  /** The dtype of the parameters, float32 or float64. Default: `getDefaultDtype()`. */
  readonly dtype?: DType;
  /** The source of the initial values. Default: the shared generator. */
  readonly generator?: Generator;
}

export const parameterOptions = { dtype: "float dtype", generator: generatorKind } as const satisfies Options;

/** The options of initialization among those of a layer. */
export const drawOptions = ({ generator }: ParameterOptions): Pick<ParameterOptions, "generator"> =>
  generator ? { generator } : {};

/** A parameter of zeros. */
export const parameter = (
  shape: readonly number[],
  { dtype = getDefaultDtype() }: ParameterOptions = {},
): Parameter => new Parameter(zeros(shape, { dtype }));
