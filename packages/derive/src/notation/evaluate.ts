import { eye, Tensor, tensor } from "@chainrule/core";
import { build, type Elementwise, type Node, nodeOf, table } from "@chainrule/core/internal";
import { isRow } from "../algebra/functions.ts";
import { constantValues } from "../algebra/numbers.ts";
import type { Index } from "../algebra/term.ts";
import { has, sameAxes, unionOf } from "./build.ts";
import type { Notation } from "./notation.ts";

/** The value of a symbol, or of an opaque op by its id, without axes of size 1. */
export type Values = (name: string) => Tensor;

const float = (x: number): Tensor => tensor(x, { dtype: "float64" });

/** A tensor with letters `from`, with axes of size 1 in the places of the other letters of `to`. */
function align(x: Tensor, from: readonly Index[], to: readonly Index[]): Tensor {
  const order = to.flatMap(({ name }) => {
    const d = from.findIndex((i) => i.name === name);
    return d < 0 ? [] : [d];
  });
  const sizes = to.map(({ name }) => from.find((i) => i.name === name)?.size ?? 1);
  return x.permute(order).reshape(sizes);
}

const dims = (axes: readonly Index[], over: readonly Index[]): number[] =>
  over.map(({ name }) => axes.findIndex((i) => i.name === name));

const shapeOf = (axes: readonly Index[]): number[] => axes.map(({ size }) => size);

const rows: Readonly<Record<string, (...x: Node[]) => Node>> = table.elementwise;

/** An op of one shape for all its operands, in double precision; rows of core know the dtypes of truth values. */
function applyOp(op: Elementwise, args: readonly Tensor[], shape: readonly number[]): Tensor {
  const nodes = args.map((x) => nodeOf(x.expand(shape)));
  const row = isRow(op, nodes.length) ? rows[op.name] : undefined;
  return new Tensor(row?.(...nodes) ?? build(op, nodes, shape, "float64")).to("float64");
}

type Rules = {
  readonly [K in Notation["kind"]]: (
    x: Extract<Notation, { kind: K }>,
    of: (x: Notation) => Tensor,
    values: Values,
  ) => Tensor;
};

/** Parts of an elementwise formula, aligned to its letters. */
const aligned = (parts: readonly Notation[], to: readonly Index[], of: (x: Notation) => Tensor): Tensor[] =>
  parts.map((p) => align(of(p), p.axes, to));

const multiply = (parts: readonly Tensor[]): Tensor => parts.reduce((a, b) => a.mul(b));

const rules: Rules = {
  number: ({ value }) => float(value.toNumber()),
  constant: ({ name }) => float(constantValues[name]),
  size: ({ size }) => float(size),
  letter: ({ name }, _, values) => values(name),
  opaque: ({ id }, _, values) => values(id),
  sum: ({ terms, axes }, of) =>
    terms.map((t) => align(of(t.of), t.of.axes, axes).mul(t.negative ? -1 : 1)).reduce((a, b) => a.add(b)),
  product: ({ factors, axes }, of) => multiply(aligned(factors, axes, of)),
  quotient: ({ top, bottom, axes }, of) =>
    align(of(top), top.axes, axes).div(align(of(bottom), bottom.axes, axes)),
  power: ({ of: base, exponent }, of) => of(base).pow(exponent),
  apply: ({ op, args, axes }, of) => applyOp(op, aligned(args, axes, of), shapeOf(axes)),
  matmul: ({ a, b }, of) => of(a).matmul(of(b)),
  transpose: ({ of: x, axes }, of) => (sameAxes(x.axes, axes) ? of(x) : of(x).transpose()),
  inner: ({ a, b, over }, of) => {
    const union = unionOf([a, b]);
    return multiply(aligned([a, b], union, of)).sum(dims(union, over));
  },
  total: ({ of: x, over }, of) => of(x).sum(dims(x.axes, over)),
  diagonal({ of: x, axes }, of) {
    const letter = axes.slice(-2).filter((i) => has(x.axes, i));
    const elements = align(of(x), x.axes, [...axes.slice(0, -2), ...letter]);
    return elements.unsqueeze(-1).mul(eye(axes.at(-1)!.size).to("float64"));
  },
  indexed({ factors, over, axes }, of) {
    const union = [...new Map([...axes, ...over, ...unionOf(factors)].map((i) => [i.name, i])).values()];
    const product = multiply(aligned(factors, union, of)).expand(shapeOf(union));
    return over.length > 0 ? product.sum(dims(union, over)) : product;
  },
};

/** The value of a formula; its axes are those of the notation, in their order. */
export function evaluateNotation(x: Notation, values: Values): Tensor {
  const of = (part: Notation): Tensor =>
    (rules[part.kind] as (x: Notation, of: (x: Notation) => Tensor, values: Values) => Tensor)(
      part,
      of,
      values,
    );
  return of(x);
}

/** The value of a formula with the letters of another tensor, repeated along those that it lacks. */
export const evaluateAt = (x: Notation, axes: readonly Index[], values: Values): Tensor =>
  align(evaluateNotation(x, values), x.axes, axes).expand(shapeOf(axes));
