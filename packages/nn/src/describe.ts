import { formatShape, Tensor } from "@chainrule/core";

/** An argument as modules and errors print it: a tensor by dtype and shape, options as `name: value`. */
export function describe(x: unknown): string {
  if (x instanceof Tensor) return x.dtype + formatShape(x.shape);
  if (Array.isArray(x)) return `[${x.map(describe).join(", ")}]`;
  if (typeof x !== "object" || x === null) return String(x);
  return Object.entries(x)
    .map(([name, value]) => `${name}: ${describe(value)}`)
    .join(", ");
}
