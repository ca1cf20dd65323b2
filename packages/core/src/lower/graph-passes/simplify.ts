import type { CanonicalGraph, GraphNode } from "../../graph/canonicalize.ts";
import type { Elementwise } from "../../graph/op.ts";
import { isMovement } from "../../ops/movement-rule.ts";
import { arg } from "../../scalar/expr.ts";
import type { primitives } from "../../scalar/primitives.ts";
import { sameShape, stridesOf } from "../../shape.ts";
import { viewOf } from "../analysis/views.ts";
import type { Target } from "../target.ts";
import { rebuild } from "./rebuild.ts";

type PrimitiveName = keyof typeof primitives;

const primitiveOfOp = new WeakMap<Elementwise, PrimitiveName | null>();

/** The primitive that an elementwise op applies to its operands in their order, whatever the op is called. */
function primitiveOf({ op, inputs }: GraphNode): PrimitiveName | null {
  if (op.family !== "elementwise") return null;
  const known = primitiveOfOp.get(op);
  if (known !== undefined) return known;
  const x = inputs.map((_, i) => arg(i));
  const y = op.f(x);
  const isOne = y.kind === "apply" && y.args.length === x.length && y.args.every((a, i) => a === x[i]);
  const primitive = isOne ? (y.name as PrimitiveName) : null;
  primitiveOfOp.set(op, primitive);
  return primitive;
}

/** The operands of a node, as the rules see them. */
class Operands {
  constructor(
    readonly items: readonly GraphNode[],
    readonly inputs: readonly number[],
  ) {}

  at(k: number): number {
    return this.inputs[k]!;
  }

  /** Whether operand k is a constant, broadcast or not. */
  is(k: number, value: number): boolean {
    const { op: broadcast, inputs } = this.items[this.at(k)]!;
    const source = isMovement(broadcast, "expand") ? inputs[0]! : this.at(k);
    const { op } = this.items[source]!;
    return op.family === "source" && "value" in op && Object.is(op.value, value);
  }

  /** The operand of operand k where that is this primitive. */
  argumentOf(k: number, primitive: PrimitiveName): number | undefined {
    const operand = this.items[this.at(k)]!;
    return primitiveOf(operand) === primitive ? operand.inputs[0] : undefined;
  }
}

/** Primitives that return one of their operands, and which. Each rule holds for every bit, with NaN, infinities and signed zeros. */
const rules: { readonly [K in PrimitiveName]?: (x: Operands) => number | undefined } = {
  /** x·1 = 1·x = x. */
  mul: (x) => (x.is(1, 1) ? x.at(0) : x.is(0, 1) ? x.at(1) : undefined),
  /** x/1 = x. */
  div: (x) => (x.is(1, 1) ? x.at(0) : undefined),
  /** x − 0 = x. But x + 0 is not x: −0 + 0 = 0. */
  sub: (x) => (x.is(1, 0) ? x.at(0) : undefined),
  /** −(−x) = x. */
  neg: (x) => x.argumentOf(0, "neg"),
  /** [c ? x : x] = x. */
  where: (x) => (x.at(1) === x.at(2) ? x.at(1) : undefined),
};

/** Whether one of the nodes that a chain of movements starts from has the shape of its result. */
function returnsToShape(items: readonly GraphNode[], i: number, maxMovements: number): boolean {
  const { shape } = items[i]!;
  let { op, inputs } = items[i]!;
  for (let count = 1; count <= maxMovements && op.family === "movement"; count++) {
    const from = items[inputs[0]!]!;
    if (count > 1 && sameShape(from.shape, shape)) return true;
    ({ op, inputs } = from);
  }
  return false;
}

/** The node that a chain of movements leaves as it is, such as a permutation and its inverse. */
function cancelled(items: readonly GraphNode[], i: number, maxMovements: number): number | undefined {
  if (!returnsToShape(items, i, maxMovements)) return undefined;
  const { source, offset, strides } = viewOf(items, i, { maxDepth: maxMovements });
  const { shape } = items[source]!;
  const contiguous = stridesOf(shape);
  const isWhole = offset === 0 && strides.every((stride, d) => shape[d] === 1 || stride === contiguous[d]);
  return source !== i && isWhole && sameShape(shape, items[i]!.shape) ? source : undefined;
}

/** Replaces ops that return an operand as it is by that operand, except where they are roots. */
export function simplify(graph: CanonicalGraph, { maxCancelledMovements }: Target): CanonicalGraph {
  const roots = new Set(graph.roots);
  return rebuild(graph, (node, items, i) => {
    const position = items.push(node) - 1;
    const primitive = primitiveOf(node);
    const unchanged =
      (primitive && rules[primitive]?.(new Operands(items, node.inputs))) ??
      cancelled(items, position, maxCancelledMovements);
    if (unchanged === undefined || roots.has(i)) return position;
    items.pop();
    return unchanged;
  });
}
