import { eye } from "@chainrule/core";
import {
  argument,
  build,
  type Family,
  type Movement,
  type Node,
  nodeOf,
  type Op,
  topological,
} from "@chainrule/core/internal";
import { interpret, type TensorAlgebra } from "../algebra/formula.ts";
import type { Index, Letters } from "../algebra/term.ts";
import type { Axes } from "./axes.ts";
import { numberOf } from "./constants.ts";
import { readLetters } from "./movements.ts";

export const present = (letters: Letters): Index[] => letters.filter((i) => i !== undefined);

/** What a graph is expressed in. */
export interface Scope {
  /** Nodes that are symbols. */
  readonly names: ReadonlyMap<Node, string>;
  readonly axes: Axes;
  /** The nodes of ops that the algebra does not know, by their ids. */
  readonly opaque: Map<string, Node>;
}

/** Letters of axes that a node sums over. */
const bound = (
  node: Node,
  keys: readonly (string | number)[],
  sizes: readonly number[],
  { axes }: Scope,
): Letters =>
  keys.map((key, i) =>
    sizes[i] === 1
      ? undefined
      : { name: `${node.id}:${key}`, size: sizes[i]!, axis: axes.id(`${node.id}:${key}`) },
  );

/** The axes that a sum is over, all or the first, if n is the number of elements along them: then x/n is a mean. */
function countedBy(node: Node, n: number | undefined, scope: Scope): readonly Index[] | undefined {
  const { op } = node;
  const [x] = node.inputs;
  if (op.family === "movement" && op.name === "reshape" && x) return countedBy(x, n, scope);
  if (op.family === "elementwise" && op.name === "neg" && x) return countedBy(x, n, scope);
  if (op.family !== "reduction" || op.name !== "sum" || !x || n === 1) return undefined;
  const sizes = op.dims.map((d) => x.shape[d]!);
  const letters = present(bound(node, op.dims, sizes, scope));
  const count = (list: readonly Index[]) => list.reduce((product, { size }) => product * size, 1);
  return [letters, letters.slice(0, 1)].find((list) => count(list) === n);
}

const isDetached = (x: Node): boolean =>
  x.op.family === "identity" && !x.op.rule.vjp && !x.op.rule.custom && x.inputs.length === 1;

/** The node that a detached one has the value of. */
const behindDetach = (x: Node): Node => (isDetached(x) ? x.inputs[0]! : x);

/** The symbols that a node depends on, as differentiation sees it. */
function symbolsOf(node: Node, { names }: Scope): string[] {
  if (isDetached(node)) return [];
  const reached = topological(node.inputs, (x) => !names.has(x) && !isDetached(x));
  return [...new Set(reached.flatMap((x) => names.get(x) ?? []))];
}

type Rule<O extends Op, T> = (op: O, node: Node, at: Letters) => T | undefined;

/** Reads graphs as expressions of an algebra. */
export class Reader<T> {
  constructor(
    readonly algebra: TensorAlgebra<T>,
    readonly scope: Scope,
  ) {}

  readonly #families: { readonly [F in Family]: Rule<Extract<Op, { family: F }>, T> } = {
    elementwise: (op, node, at) => {
      const { algebra, scope } = this;
      const args = node.inputs.map((x) => this.read(x, at));
      const formula = op.f(node.inputs.map((_, i) => argument(i)));
      const [x, y] = node.inputs;
      const mean = op.name === "div" && x && y ? countedBy(x, numberOf(y), scope) : undefined;
      if (mean) return algebra.div(args[0]!, algebra.count(mean));
      return algebra.isWrittenOut(op, formula) ? interpret(algebra, formula, args) : algebra.apply(op, args);
    },

    movement: (op, node, at) => {
      const [x] = node.inputs;
      if (op.name === "windows" && x) return this.#windows(op, node, x, at);
      const letters = x && readLetters(op, x.shape, at);
      return letters && this.read(x, letters);
    },

    reduction: (op, node, at) => {
      const x = node.inputs[0]!;
      if (op.name !== "sum") return undefined;
      const over = bound(
        node,
        op.dims,
        op.dims.map((d) => x.shape[d]!),
        this.scope,
      );
      const kept = op.keepdim ? at.filter((_, d) => !op.dims.includes(d)) : [...at];
      const letters = x.shape.map((_, d) => (op.dims.includes(d) ? over[op.dims.indexOf(d)] : kept.shift()));
      return this.algebra.sum(this.read(x, letters), present(over));
    },

    contraction: (op, node, at) => {
      const [a, b] = node.inputs as [Node, Node];
      const sizes = new Map<string, number>([
        ...[...op.a].map((l, d): [string, number] => [l, a.shape[d]!]),
        ...[...op.b].map((l, d): [string, number] => [l, b.shape[d]!]),
      ]);
      const inner = [...sizes.keys()].filter((l) => !op.out.includes(l));
      const over = bound(
        node,
        inner,
        inner.map((l) => sizes.get(l)!),
        this.scope,
      );
      const letterOf = (l: string) => (op.out.includes(l) ? at[op.out.indexOf(l)] : over[inner.indexOf(l)]);
      const [x, y] = [this.read(a, [...op.a].map(letterOf)), this.read(b, [...op.b].map(letterOf))];
      return this.algebra.contract(x, y, present(over), present(at));
    },

    source: (op) => (op.name === "constant" ? this.algebra.number(op.value) : undefined),

    input: (_, node) => {
      const n = numberOf(node);
      return n === undefined ? undefined : this.algebra.number(n);
    },

    identity: (op, node, at) => {
      const x = node.inputs[0]!;
      if (op.rule.custom) return undefined;
      if (node.inputs.length > 1)
        return this.algebra.seesThroughRules ? this.read(behindDetach(x), at) : undefined;
      return op.rule.vjp ? this.read(x, at) : undefined;
    },

    indexing: () => undefined,
    recurrence: () => undefined,
    host: () => undefined,
  };

  /** A node at the letters of its axes: a symbol, or what it is made of. */
  read(node: Node, at: Letters): T {
    const name = this.scope.names.get(node);
    if (name === undefined) return this.define(node, at);
    const { axes } = this.scope;
    for (const [d, i] of at.entries()) if (i) axes.join(i.axis, axes.id(`${name}.${d}`));
    return this.algebra.symbol(name, present(at));
  }

  /** What a node is made of. */
  define(node: Node, at: Letters): T {
    const rule = this.#families[node.op.family] as Rule<Op, T>;
    return rule(node.op, node, at) ?? this.#opaque(node, at);
  }

  /** Windows as a product with the tensor that is 1 where element i of the axis is element k of window o. */
  #windows(op: Movement<"windows">, node: Node, x: Node, at: Letters): T {
    const { n, count, size, stride, dilation, before } = op;
    const [i] = bound(node, ["element"], [n], this.scope);
    const id = `windows(${[n, count, size, stride, dilation, before]})`;
    const identity = nodeOf(eye(n).to("float64"));
    this.scope.opaque.set(id, build({ ...op, dim: 1 }, [identity], [n, count, size], "float64"));
    const letters = [i, at[op.dim], at.at(-1)];
    const places = this.algebra.opaque({ id, name: "windows", depends: [] }, present(letters), () => []);
    const inner = at.slice(0, -1).map((letter, d) => (d === op.dim ? i : letter));
    return this.algebra.contract(this.read(x, inner), places, present([i]), present(at));
  }

  #opaque(node: Node, at: Letters): T {
    const { axes, opaque } = this.scope;
    const id = `${node.op.name}@${node.id}`;
    opaque.set(id, node);
    const operands = () =>
      (node.op.family === "identity" ? node.inputs.slice(1) : node.inputs).map((x) => {
        const isLike = x.shape.join() === node.shape.join();
        return this.read(x, isLike ? at : axes.letters(`${id}:${x.id}`, x.shape));
      });
    return this.algebra.opaque(
      { id, name: node.op.name, depends: symbolsOf(node, this.scope) },
      present(at),
      operands,
    );
  }
}
