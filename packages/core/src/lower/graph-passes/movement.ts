import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Movement } from "../../graph/op.ts";
import { movementRule } from "../../ops/movement-rules.ts";

/** A movement of item `x`, number `input`. */
export const movementOf = (op: Movement, input: number, x: GraphNode): GraphNode => ({
  op,
  inputs: [input],
  shape: movementRule(op).shape(op, [x.shape]),
  dtype: x.dtype,
  input: -1,
});
