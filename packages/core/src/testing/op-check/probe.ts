import type { Backend } from "../../backend/backend.ts";
import { withBackend } from "../../backend/evaluate.ts";
import { interpreter } from "../../backend/interpreter.ts";
import { wasm } from "../../backend/wasm/wasm.ts";
import { type DType, isFloat } from "../../dtype.ts";
import type { TensorData } from "../../tensor/nested.ts";
import { evaluate, type Tensor } from "../../tensor/tensor.ts";
import { treeLeaves, treeMap } from "../../transform/pytree.ts";

/** An op that is checked. */
export type AnyOp = (...args: never[]) => unknown;

/** Options of `checkOp`. */
export interface CheckOpOptions {
  /** The op as an independent function of numbers, for an elementwise op. */
  readonly formula?: (...x: number[]) => number;
  /** The op as an independent function of the arguments: a tensor, or nested lists. */
  readonly reference?: (...args: never[]) => Tensor | TensorData;
  /** Checks to leave out. */
  readonly skip?: readonly string[];
}

/** An op at a sample call, as the checks see it. */
export interface Probe {
  /** The sample. */
  readonly args: readonly unknown[];
  /** The op, for a list of arguments. */
  readonly call: (args: readonly unknown[]) => Tensor;
  /** Whether each element of the result is a function of those elements of the operands that broadcasting pairs. */
  readonly isElementwise: boolean;
  /** Whether the result is float: other results have no derivative. */
  readonly isDifferentiable: boolean;
  /** Whether functions of users state its derivative, which do not know what `where` leaves out. */
  readonly hasCustomRule: boolean;
  readonly options: CheckOpOptions;
}

/** A remark of a check: a finding is a fault, a note is not. */
export interface Remark {
  readonly kind: "finding" | "note";
  readonly text: string;
}

export const finding = (text: string): Remark => ({ kind: "finding", text });
export const note = (text: string): Remark => ({ kind: "note", text });

/** The remarks on a comparison that returned a complaint, or "". */
export const findingsOf = (complaint: string): Remark[] => (complaint ? [finding(complaint)] : []);

/** The backends that an op is computed on. */
export const backends: readonly Backend[] = [interpreter, wasm];

/** The dtypes that have derivatives. */
export const floatDTypes = ["float32", "float64"] as const;

/** The results of an op for several lists of arguments, computed on a backend in one run. */
export const computedOn = (
  backend: Backend,
  { call }: Probe,
  calls: readonly (readonly unknown[])[],
): readonly Tensor[] =>
  withBackend(backend, () => {
    const results = calls.map(call);
    evaluate(results);
    return results;
  });

/** The float tensors among arguments, in lists and objects too. */
export const floatsOf = (args: readonly unknown[]): Tensor[] =>
  treeLeaves(args).filter((x) => isFloat(x.dtype));

/** Arguments with each float tensor replaced. */
export function replaceFloats(
  args: readonly unknown[],
  f: (x: Tensor, i: number) => Tensor,
): readonly unknown[] {
  let next = 0;
  return treeMap(args, (x) => (isFloat(x.dtype) ? f(x, next++) : x));
}

/** Arguments with their float tensors in another dtype. */
export const inDType = (args: readonly unknown[], dtype: DType): readonly unknown[] =>
  replaceFloats(args, (x) => x.detach().to(dtype));

/** The op as a function of the float tensors of arguments. */
export const ofFloats =
  ({ call }: Probe, args: readonly unknown[]) =>
  (...xs: readonly Tensor[]): Tensor =>
    call(replaceFloats(args, (_, i) => xs[i]!));

/** Whether the float tensors are all arguments, so that they may have other shapes than those of the sample. */
export const isFree = ({ args }: Probe): boolean => floatsOf(args).length === args.length;
