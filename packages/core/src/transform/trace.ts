import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { isRecording, withRecording } from "../graph/build.ts";
import type { Node } from "../graph/node.ts";
import { topological } from "../graph/walk.ts";
import { cast } from "../ops/apply.ts";
import { detach, variable } from "../ops/identity.ts";
import { scalar } from "../ops/source.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Cell, withNode } from "../tensor/cell.ts";
import { Tensor } from "../tensor/tensor.ts";
import { treeLeaves, treeMap } from "./pytree.ts";
import { constant, type Flat, leavesAt, type Parametrized, type TreeDef, treeFlatten } from "./treedef.ts";

/** The variables of the transforms that are running: a result may still be differentiated by them. */
const active = new Set<Node>();

/** Whether a transform runs a function to differentiate it. */
export const isTransforming = (): boolean => active.size > 0;

export interface Traced<Y> {
  readonly result: Y;
  /** Stand for the leaves of the arguments while `f` runs. */
  readonly variables: readonly Node[];
  /** Where they are in the arguments. */
  readonly form: TreeDef;
}

/** Replaces the leaves of arguments by variables. */
class Variables {
  readonly nodes: Node[] = [];
  readonly #restore: (() => void)[] = [];

  constructor(readonly op: string) {}

  #variable(x: Node, path: string): Node {
    if (!isFloat(x.dtype))
      fail(
        "dtype",
        this.op,
        `differentiates by float tensors, and ${path || "an argument"} is ${x.dtype}. Did you mean x.to("float32"), or other argnums?`,
      );
    const v = variable(isRecording() ? x : detach(x));
    this.nodes.push(v);
    return v;
  }

  /** A leaf as f receives it. A module is passed as it is, while its parameters that require a gradient hold variables. */
  readonly take = (x: Tensor | number | Parametrized, path: string): Flat => {
    if (x instanceof Tensor)
      return [new Tensor(this.#variable(x.node, path)), { kind: "leaf", isNumber: false }];
    if (typeof x === "number")
      return [new Tensor(this.#variable(scalar(x, "float64"), path)), { kind: "leaf", isNumber: true }];
    const parts: (readonly [string, TreeDef])[] = [];
    for (const [name, p] of x.namedParameters()) {
      if (!(p instanceof Cell))
        fail("value", this.op, `parameter ${name} of ${path || "an argument"} is not a Parameter`);
      if (!p.requiresGrad) continue;
      this.#restore.push(withNode(p, this.#variable(p.node, name)));
      parts.push([name, { kind: "leaf", isNumber: false }]);
    }
    return [x, { kind: "branch", isList: false, parts }];
  };

  restore(): void {
    for (const restore of this.#restore.reverse()) restore();
  }
}

/** Runs f with variables in place of the float tensors, the numbers and the parameters of modules in `args`. */
export function trace<A, Y>(op: string, f: (args: A) => Y, args: A): Traced<Y> {
  const variables = new Variables(op);
  const { nodes } = variables;
  try {
    const [seen, form] = treeFlatten(op, args, variables.take);
    if (nodes.length === 0)
      fail(
        "gradient",
        op,
        "there is nothing to differentiate by: give float tensors, numbers, or modules with parameters that require a gradient",
      );
    for (const v of nodes) active.add(v);
    const result = withRecording(true, () => f(seen as A));
    return { result, variables: nodes, form };
  } finally {
    for (const v of nodes) active.delete(v);
    variables.restore();
  }
}

/** The tensors in the result of a function, and where they are in it. */
export function outputsOf(
  op: string,
  result: unknown,
): { readonly tensors: Tensor[]; readonly form: TreeDef } {
  if (result instanceof Promise)
    fail(
      "value",
      op,
      "an async function cannot be differentiated. Did you mean to differentiate what it awaits?",
    );
  const tensors: Tensor[] = [];
  const take = (x: Tensor | number | Parametrized, path: string): Flat => {
    if (typeof x === "number") return [x, constant];
    if (!(x instanceof Tensor)) fail("value", op, `${path || "the result"} is a module; return tensors`);
    tensors.push(x);
    return [x, { kind: "leaf", isNumber: false }];
  };
  const [, form] = treeFlatten(op, result, take, "the result");
  return { tensors, form };
}

/**
 * The tensors of tangents or cotangents; numbers become 0-d tensors. @throws unless they have the structure, the shapes
 * and the float dtypes of the tensors that they belong to
 */
export function matching(
  op: string,
  what: string,
  of: string,
  form: TreeDef,
  nodes: readonly Node[],
  given: unknown,
): Tensor[] {
  return leavesAt(form, given).map(([x, path], i) => {
    const node = nodes[i]!;
    const t = typeof x === "number" ? new Tensor(scalar(x, node.dtype)) : x;
    const place = path ? ` at ${path}` : "";
    if (!(t instanceof Tensor) || !sameShape(t.shape, node.shape))
      fail(
        "shape",
        op,
        `the ${what}${place} ${t instanceof Tensor ? formatShape(t.shape) : "is missing, which"} must have the ${of}'s shape ${formatShape(node.shape)}`,
      );
    if (isFloat(node.dtype) && !isFloat(t.dtype))
      fail(
        "dtype",
        op,
        `the ${what}${place} is ${t.dtype}, and the ${of} ${node.dtype}. Did you mean t.to("${node.dtype}")?`,
      );
    return new Tensor(cast(t.node, node.dtype));
  });
}

/** Drops the history of results that no gradient can be taken through any more. */
export function release<T>(tree: T): T {
  const nodes = treeLeaves(tree).map((t) => t.node);
  const open = topological(nodes, (n) => n.needsGrad).some((n) => n.leaf !== null || active.has(n));
  return open ? tree : treeMap(tree, (t) => t.detach());
}
