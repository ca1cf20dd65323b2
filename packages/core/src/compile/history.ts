import { leavesOf, reverse } from "../autodiff/reverse.ts";
import { type Mask, Node, type Value } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import { resultOf } from "../ops/identity.ts";

/** Which nodes stand in for which. */
export type Substitution = ReadonlyMap<Node, Node>;

/** What was given to a call: the leaves that gradients arrive at, and everything. */
export interface Given {
  readonly leaves: Substitution;
  readonly all: () => Substitution;
}

/** The graphs of some nodes with others in the place of some that they are made of. */
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
 * What gradients that are asked for outside need of one result of a compiled function: the graph of it. They are derived
 * from that, and computed with all they need for what a call was given.
 */
export class History {
  /** The leaves that gradients of the result arrive at. */
  readonly #leaves: readonly Node[];

  constructor(readonly root: Node) {
    this.#leaves = leavesOf(root);
  }

  /** The value of the result at a call. */
  node(value: Value, { leaves, all }: Given): Node {
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
