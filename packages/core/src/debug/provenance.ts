import type { Node, Op } from "../graph/node.ts";
import { movementRule } from "../ops/movement-rules.ts";
import { arg, constantOf, type Expr, toExpr } from "../scalar/expr.ts";
import { referenceFunction } from "../scalar/reference.ts";
import { type Shape, sizeOf, stridesOf } from "../shape.ts";

/** The coordinates of the element at a flat index. */
export const coordinatesOf = (shape: Shape, e: number): number[] =>
  stridesOf(shape).map((stride, d) => Math.floor(e / stride) % shape[d]!);

/** The flat indices of the elements with these coordinates; undefined stands for all along an axis. */
function elementsAt(shape: Shape, coordinates: readonly (number | undefined)[]): number[] {
  const strides = stridesOf(shape);
  return shape.reduce<number[]>(
    (elements, n, d) => {
      const at = coordinates[d];
      const along = Array.from({ length: n }, (_, i) => i).filter((i) => at === undefined || i === at);
      return elements.flatMap((e) => along.map((i) => e + i * strides[d]!));
    },
    [0],
  );
}

/** Computes a formula for one element without the branches that are not taken; the arguments that it reads go into `taken`. */
function evaluateElement(e: Expr, x: readonly number[], taken: Set<number>): number {
  if (e.kind === "const") return e.value;
  if (e.kind === "arg") {
    taken.add(e.index);
    return x[e.index]!;
  }
  if (e.op.result !== "branches")
    return referenceFunction(e.name, e.op)(...e.args.map((a) => evaluateElement(a, x, taken)));
  const [condition, yes, no] = e.args as [Expr, Expr, Expr];
  return evaluateElement(evaluateElement(condition, x, taken) ? yes : no, x, taken);
}

/** The flat indices of elements, for each input. */
type InputElements = readonly (readonly number[])[];
type Rule<O extends Op> = (
  op: O,
  out: Node,
  e: number,
  inputs: readonly Node[],
  x: readonly ArrayLike<number>[],
) => InputElements;

const rules: { readonly [F in Op["family"]]: Rule<Extract<Op, { family: F }>> } = {
  elementwise(op, _, e, inputs, x) {
    const taken = new Set<number>();
    evaluateElement(
      op.f(inputs.map((_, k) => arg(k))),
      x.map((list) => list[e]!),
      taken,
    );
    return inputs.map((_, k) => (taken.has(k) ? [e] : []));
  },

  movement(op, out, e, inputs) {
    const at = coordinatesOf(out.shape, e).map(toExpr);
    const shapes = inputs.map((x) => x.shape);
    const read = movementRule(op)
      .reads(op, shapes, at)
      .find(({ valid }) => valid === undefined || constantOf(valid) !== 0);
    return inputs.map(({ shape }, k) =>
      k === read?.input
        ? elementsAt(
            shape,
            read.index.map((i) => constantOf(toExpr(i))),
          )
        : [],
    );
  },

  reduction(op, _, e, [x]) {
    const { shape } = x as Node;
    const kept = shape.filter((_, d) => !op.dims.includes(d));
    const at = coordinatesOf(kept, e);
    return [
      elementsAt(
        shape,
        shape.map((_, d) => (op.dims.includes(d) ? undefined : at.shift())),
      ),
    ];
  },

  contraction(op, out, e, inputs) {
    const at = coordinatesOf(out.shape, e);
    return inputs.map(({ shape }, k) =>
      elementsAt(
        shape,
        [...(k === 0 ? op.a : op.b)].map((l) => at[op.out.indexOf(l)]),
      ),
    );
  },

  indexing(op, out, e, inputs, [, index]) {
    const at = coordinatesOf(out.shape, e);
    const along = (d: number, i: number | undefined) => at.map((c, k) => (k === d ? i : c));
    if (op.mode === "gather") return [elementsAt(inputs[0]!.shape, along(op.dim, index?.[e])), [e]];
    const written = elementsAt(inputs[1]!.shape, along(op.dim, undefined)).filter(
      (j) => index?.[j] === at[op.dim],
    );
    if (op.mode === "scatter" && written.length > 0) return [[], written, written.slice(-1)];
    return [[e], written, written];
  },

  recurrence(op, out, e) {
    const at = coordinatesOf(out.shape, e);
    const line = elementsAt(
      out.shape,
      at.map((c, d) => (d === op.dim ? undefined : c)),
    );
    const before = op.reverse ? line.reverse() : line;
    const upTo = before.slice(0, before.indexOf(e) + 1);
    return [upTo.slice(1), upTo];
  },

  host: (_op, _out, _e, inputs) => inputs.map(({ shape }) => [...new Array(sizeOf(shape)).keys()]),
  source: (_op, _out, _e, inputs) => inputs.map(() => [0]),
  input: () => [],
  identity: (_op, _out, e, inputs) => inputs.map((_, k) => (k === 0 ? [e] : [])),
};

/** The elements of the inputs that element `e` of a node is computed from, given all their elements. */
export const inputElements = (
  node: Node,
  e: number,
  inputs: readonly Node[],
  x: readonly ArrayLike<number>[],
): InputElements => (rules[node.op.family] as Rule<Op>)(node.op, node, e, inputs, x);
