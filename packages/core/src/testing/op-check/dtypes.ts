import { interpreter } from "../../backend/interpreter.ts";
import { type DType, isFloat } from "../../dtype.ts";
import { ChainruleError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { differenceOf } from "../compare-tensors.ts";
import {
  computedOn,
  finding,
  findingsOf,
  inDType,
  note,
  type Probe,
  type Remark,
  replaceFloats,
} from "./probe.ts";
import { compareValues } from "./values.ts";

const integers: readonly DType[] = ["int32", "bool"];

/** float32 and float64 give their own dtype, and float32 the rounded result of float64; together they give float64. */
function* floats(probe: Probe): Generator<Remark> {
  const single = inDType(probe.args, "float32");
  const both = replaceFloats(single, (x, i) => (i === 0 ? x.to("float64") : x));
  const calls = [single, inDType(single, "float64"), both];
  const [narrow, wide, mixed] = computedOn(interpreter, probe, calls) as [Tensor, Tensor, Tensor];
  if (!isFloat(wide.dtype)) {
    if (narrow.dtype !== wide.dtype)
      yield finding(`the result is ${narrow.dtype} of float32 and ${wide.dtype} of float64`);
    return;
  }
  if (narrow.dtype !== "float32") yield finding(`the result of float32 is ${narrow.dtype}`);
  if (wide.dtype !== "float64") yield finding(`the result of float64 is ${wide.dtype}`);
  yield* findingsOf(
    differenceOf(narrow.to("float32"), wide.to("float32"), {}, "the result of float32, against float64,"),
  );
  if (mixed.dtype !== "float64") yield finding(`the result of float64 and float32 is ${mixed.dtype}`);
}

/** Results of every dtype of the operands: the same on every backend, or an error of the library. */
export function* dtypes(probe: Probe): Generator<Remark> {
  yield* floats(probe);
  for (const dtype of integers)
    try {
      yield* compareValues({ ...probe, options: {} }, [inDType(probe.args, dtype)]);
    } catch (error) {
      if (!(error instanceof ChainruleError)) throw error;
      yield note(`${dtype} is refused: ${error.message}`);
    }
}
