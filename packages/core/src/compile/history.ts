import { leavesOf, reverse } from "../autodiff/reverse.ts";
import { type Mask, Node } from "../graph/node.ts";
import type { Value } from "../graph/value.ts";
import { topological } from "../graph/walk.ts";
import { resultOf } from "../ops/identity.ts";

/** Nodes, each with the one that replaces it. */
export type Substitution = ReadonlyMap<Node, Node>;

/** The inputs of the graph of a compiled function at a call. */
export interface CallInputs {
  /** Replaces the leaves of the trace, at which gradients arrive. */
  readonly leaves: Substitution;
  /** Replaces all inputs. */
  readonly all: () => Substitution;
}

/** Rebuilds the graphs of `roots` over other inputs. */
function substituted(roots: readonly (Node | null)[], by: Substitution): (Node | null)[] {
  const made = new Map(by);
  const of = (x: Node): Node => made.get(x) ?? x;
  for (const n of topological(
    roots.filter((n) => n !== null),
    (n) => !by.has(n),
  )) {
    if (made.has(n) || n.inputs.every((x) => of(x) === x)) continue;
    made.set(n, new Node(n.op, n.inputs.map(of), n.shape, n.dtype, n.needsGrad, n.leaf));
  }
  return roots.map((n) => n && of(n));
}

/**
 * The traced graph of one result of a compiled function, for gradients that are taken outside: they are derived from the
 * graph, and computed for the inputs of the call.
 */
export class History {
  /** The leaves at which gradients of the result arrive. */
  readonly #leaves: readonly Node[];

  constructor(readonly root: Node) {
    this.#leaves = leavesOf(root);
  }

  /** The result of a call. */
  node(value: Value, { leaves, all }: CallInputs): Node {
    const { root } = this;
    const vjp = (ȳ: Node, _: Node, mask: Mask | null) =>
      substituted(reverse([[root, ȳ, mask]], this.#leaves), new Map([...all(), [ȳ, ȳ]]));
    return resultOf(
      value,
      this.#leaves.map((x) => leaves.get(x) ?? x),
      root.shape,
      root.dtype,
      vjp,
    );
  }
}
