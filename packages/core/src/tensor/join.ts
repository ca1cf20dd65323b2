import { stack } from "../compositions/stack.ts";
import { type DType, promote, promoteScalar } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { cast } from "../ops/apply.ts";
import { data, scalar } from "../ops/source.ts";
import { formatShape, sameShape } from "../shape.ts";
import { parseData, type TensorData } from "./nested.ts";
import { Tensor } from "./tensor.ts";

/** A tensor, or nested lists of tensors and numbers. */
export type TensorList = Tensor | readonly (TensorList | TensorData)[];

/** Whether there is a tensor in lists of any depth. */
export function holdsTensor(x: unknown, seen = new Set<unknown>()): boolean {
  if (x instanceof Tensor) return true;
  if (!Array.isArray(x) || seen.has(x)) return false;
  seen.add(x);
  return x.some((y) => typeof y === "object" && holdsTensor(y, seen));
}

/** The tensors, numbers and typed arrays of lists, in order. */
function* partsOf(x: unknown, above: readonly unknown[] = []): Generator<unknown> {
  if (above.includes(x)) fail("value", "tensor", "the data is an array that holds itself");
  if (!Array.isArray(x)) yield x;
  else for (const y of x) yield* partsOf(y, [...above, x]);
}

/** A part of a list as a node; numbers adapt to the dtype of the tensors. */
function partNode(x: unknown, tensors: DType): Node {
  if (x instanceof Tensor) return x.node;
  if (typeof x === "number" || typeof x === "boolean") return scalar(x, promoteScalar(tensors, x));
  const { array, shape, dtype } = parseData(x as TensorData);
  return data(array, shape, dtype);
}

/** Stacks nested lists of tensors, in the dtype that all of them promote to. */
export function join(list: unknown): Node {
  const parts = [...partsOf(list)];
  const tensors = parts.flatMap((x) => (x instanceof Tensor ? [x.dtype] : [])).reduce(promote);
  const nodes = parts.map((x) => partNode(x, tensors));
  const dtype = nodes.map((x) => x.dtype).reduce(promote);
  let next = 0;
  const joined = (x: unknown): Node => {
    if (!Array.isArray(x)) return cast(nodes[next++]!, dtype);
    const rows = x.map(joined);
    const [first] = rows;
    const other = rows.find((row) => !sameShape(row.shape, first!.shape));
    if (!first || other)
      fail(
        "shape",
        "tensor",
        `ragged array: it holds ${other && first ? `${formatShape(first.shape)} and ${formatShape(other.shape)}` : "an empty row"} where tensors are stacked; all must be of one shape`,
      );
    return stack(rows);
  };
  return joined(list);
}
