import { formatShape, type Shape, type Tensor } from "@chainrule/core";
import { fail } from "@chainrule/core/internal";

/** Whether a shape broadcasts to another. */
export const isBroadcastableTo = (x: Shape, to: Shape): boolean =>
  x.length <= to.length && x.every((n, i) => n === 1 || n === to[to.length - x.length + i]);

/** Throws unless `weight` broadcasts to the shape of `x`. */
export function requireBroadcast(op: string, x: Tensor, weight: Tensor, name: string): void {
  if (!isBroadcastableTo(weight.shape, x.shape))
    fail("shape", op, `${name} ${formatShape(weight.shape)} does not broadcast to ${formatShape(x.shape)}`);
}
