import { promote } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import type { Movement } from "../graph/op.ts";
import { sub } from "../scalar/primitives.ts";
import { axis, formatShape, type Shape, sameShape } from "../shape.ts";
import { cast } from "./apply.ts";
import { inRange, type MovementRule, move, withIndex, withSize } from "./movement-rule.ts";
import { requireNode } from "./row.ts";
import { stridedSlice } from "./slice.ts";

/** Each input's first coordinate along `dim`, and how many it has. */
function partsOf(dim: number, inputs: readonly Shape[]): { start: number; size: number }[] {
  let end = 0;
  return inputs.map((x) => {
    const size = x[dim]!;
    end += size;
    return { start: end - size, size };
  });
}

const catRule: MovementRule<Movement<"cat">> = {
  shape: ({ dim }, inputs) =>
    withSize(
      inputs[0]!,
      dim,
      inputs.reduce((n, x) => n + x[dim]!, 0),
    ),
  reads: ({ dim }, inputs, out) =>
    partsOf(dim, inputs).map(({ start, size }, input) => {
      const i = sub(out[dim]!, start);
      return { input, index: withIndex(out, dim, i), valid: inRange(i, size) };
    }),
  transpose: ({ dim }, inputs, ȳ) =>
    partsOf(dim, inputs).map(({ start, size }) => stridedSlice(ȳ, dim, size, start, 1)),
  concatAxis: ({ dim }) => dim,
};

export const catRules = { cat: catRule };

/** Tensors concatenated along `dim`; all other sizes must agree. */
export function cat(tensors: readonly Node[], dim = 0): Node {
  for (const x of tensors) requireNode("cat", x);
  const first = tensors[0] ?? fail("value", "cat", "nothing to join: give at least one tensor");
  const d = axis("cat", dim, first.shape.length);
  for (const x of tensors)
    if (
      x.shape.length !== first.shape.length ||
      !sameShape(withSize(x.shape, d, 0), withSize(first.shape, d, 0))
    )
      fail(
        "shape",
        "cat",
        `${tensors.map((t) => formatShape(t.shape)).join(" · ")} differ in more than dim ${d}`,
      );
  if (tensors.length === 1) return first;
  const dtype = tensors.reduce((t, x) => promote(t, x.dtype), first.dtype);
  const inputs = tensors.map((x) => cast(x, dtype));
  const [x, ...others] = inputs;
  return move(catRule, { family: "movement", name: "cat", dim: d }, [x!, ...others]);
}

export const catArguments = { tensors: "tensors", dim: "dim?" } as const;
