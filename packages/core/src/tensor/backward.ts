import { fail } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { cast } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { constant } from "../ops/source.ts";
import { formatShape, sameShape, sizeOf } from "../shape.ts";

/** The node of the cotangent ȳ that `backward` starts from: by default 1. @throws if y has no gradient for it */
export function seedOf(y: Node, cotangent: Node | undefined, isReleased: boolean): Node {
  const { shape, dtype } = y;
  if (isReleased)
    fail(
      "gradient",
      "backward",
      "this tensor's history was let go by an earlier backward(). Did you mean backward(undefined, { retainGraph: true }) there?",
    );
  if (!y.needsGrad)
    fail(
      "gradient",
      "backward",
      "nothing that this tensor was made of requires a gradient. Did you mean tensor(…, { requiresGrad: true })?",
    );
  if (!cotangent && sizeOf(shape) !== 1)
    fail(
      "gradient",
      "backward",
      `a tensor of shape ${formatShape(shape)} needs a cotangent of that shape. Did you mean loss.mean().backward()?`,
    );
  if (cotangent && !sameShape(cotangent.shape, shape))
    fail(
      "shape",
      "backward",
      `the cotangent ${formatShape(cotangent.shape)} must have the tensor's shape ${formatShape(shape)}`,
    );
  return cotangent ? cast(cotangent, dtype) : broadcasting.expand(constant(1, dtype), shape);
}
