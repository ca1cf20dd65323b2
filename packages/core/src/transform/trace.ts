import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { withRecording } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import { detach, variable } from "../ops/identity.ts";
import { Tensor } from "../tensor/tensor.ts";
import { mapTree, tensorsOf } from "./tree.ts";

/** The variables of the transforms that are running: what a result may still have to be differentiated by. */
const active = new Set<Node>();

export interface Traced<A, Y> {
  readonly result: Y;
  /** The tensors of the arguments as `f` saw them. */
  readonly variables: readonly Node[];
  readonly args: A;
}

/** Runs f on variables in the place of the tensors of `args`. */
export function trace<A, Y>(op: string, f: (args: A) => Y, args: A): Traced<A, Y> {
  const variables: Node[] = [];
  const seen = mapTree(args, (x) => {
    if (!isFloat(x.dtype))
      fail(
        "dtype",
        op,
        `differentiates by float tensors, and an argument is ${x.dtype}. Did you mean x.to("float32"), or other argnums?`,
      );
    const v = variable(x.node);
    variables.push(v);
    return new Tensor(v);
  });
  for (const v of variables) active.add(v);
  try {
    return { result: withRecording(true, () => f(seen)), variables, args: seen };
  } finally {
    for (const v of variables) active.delete(v);
  }
}

/** Results without the history that nothing can ask a gradient through any more. */
export function release<T>(tree: T): T {
  const nodes = tensorsOf(tree).map((t) => t.node);
  const open = topological(nodes, (n) => n.needsGrad).some((n) => n.leaf !== null || active.has(n));
  return open ? tree : mapTree(tree, (t) => new Tensor(detach(t.node)));
}
