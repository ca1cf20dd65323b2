import type { Movement, Read } from "../../graph/node.ts";
import { arg } from "../../scalar/expr.ts";

const written = new WeakMap<Movement, readonly Read[]>();

/** Which elements each element of a movement's result reads, as formulas over its coordinates: arguments 0 … rank − 1. */
export function readsOf(op: Movement, rank: number): readonly Read[] {
  const known = written.get(op) ?? op.reads(Array.from({ length: rank }, (_, k) => arg(k)));
  written.set(op, known);
  return known;
}
