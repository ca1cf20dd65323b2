import { formatShape, sameShape, type Tensor } from "@chainrule/core";
import { fail, knownElements } from "@chainrule/core/internal";

/** The axis of the classes: 1, or 0 for a single example. @throws for a scalar. */
export function classAxis(op: string, input: Tensor): number {
  if (input.ndim === 0) fail("shape", op, "a scalar has no class axis");
  return input.ndim === 1 ? 0 : 1;
}

/**
 * Throws unless `target` holds int32 class indices and has the input's shape without the class axis. Indices that are
 * known already must be in range unless they equal `ignored`; others are checked when they are used.
 */
export function requireClasses(op: string, input: Tensor, target: Tensor, ignored?: number): void {
  const axis = classAxis(op, input);
  const places = input.shape.filter((_, i) => i !== axis);
  if (!sameShape(target.shape, places))
    fail(
      "shape",
      op,
      `input ${formatShape(input.shape)} and target ${formatShape(target.shape)}: class indices must have the input's shape without the class axis, ${formatShape(places)}`,
    );
  if (target.dtype !== "int32")
    fail(
      "dtype",
      op,
      `class indices are ${target.dtype}; they must be int32. Did you mean target.to("int32")?`,
    );
  const classes = input.shape[axis]!;
  const wrong = knownElements(target)?.find((c) => c !== ignored && (c < 0 || c >= classes));
  if (wrong !== undefined) fail("index", op, `class ${wrong} is out of range: there are ${classes} classes`);
}

/** Throws unless `weight` has one element per class. */
export function requireClassWeight(op: string, input: Tensor, weight: Tensor | undefined): void {
  const classes = input.shape[classAxis(op, input)]!;
  if (weight && !sameShape(weight.shape, [classes]))
    fail(
      "shape",
      op,
      `weight ${formatShape(weight.shape)} must have one element for each of the ${classes} classes`,
    );
}

/** The element of x at each target's class. */
export function gatherClass(op: string, x: Tensor, target: Tensor): Tensor {
  const axis = classAxis(op, x);
  return x.gather(axis, target.unsqueeze(axis)).squeeze(axis);
}

/** The weight of each target's class. */
export const classWeight = (weight: Tensor, target: Tensor): Tensor =>
  weight.indexSelect(0, target.reshape([-1])).reshape(target.shape);
