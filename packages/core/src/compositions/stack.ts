import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { cat } from "../ops/cat.ts";
import { requireNode } from "../ops/row.ts";
import { axis, formatShape, sameShape } from "../shape.ts";
import { shapes } from "./shape.ts";

export { catArguments as stackArguments } from "../ops/cat.ts";

/** Joins tensors of one shape along a new axis `dim`; 0 by default. */
export function stack(tensors: readonly Node[], dim = 0): Node {
  for (const x of tensors) requireNode("stack", x);
  const first = tensors[0] ?? fail("value", "stack", "nothing to join: give at least one tensor");
  const d = axis("stack", dim, first.shape.length + 1);
  for (const x of tensors)
    if (!sameShape(x.shape, first.shape))
      fail(
        "shape",
        "stack",
        `${tensors.map((t) => formatShape(t.shape)).join(" · ")} must all have one shape`,
      );
  return cat(
    tensors.map((x) => shapes.unsqueeze(x, d)),
    d,
  );
}
