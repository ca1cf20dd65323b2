import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Movement, Read } from "../../graph/node.ts";
import type { Expr } from "../../scalar/expr.ts";

/** Which element an element of a movement's result is. */
export type IndexMap = (out: readonly Expr[]) => Omit<Read, "input">;

/** A movement of one item, which no gradient passes any more. */
export function syntheticMovement(
  name: string,
  input: number,
  shape: readonly number[],
  { dtype }: GraphNode,
  read: IndexMap,
  puts?: NonNullable<Movement["puts"]>,
): GraphNode {
  const reads: Movement["reads"] = (out) => [{ input: 0, ...read(out) }];
  const op: Movement = {
    family: "movement",
    name,
    attrs: {},
    reads,
    transpose: () => [],
    ...(puts && { puts }),
  };
  return { op, inputs: [input], shape, dtype, input: -1 };
}
