import { isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import type { Elementwise, Family, Node, Op, Reduction } from "../graph/node.ts";
import { cast, elementwise } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { contract } from "../ops/contract.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { indexings } from "../ops/indexing.ts";
import { recurrence, shifted } from "../ops/recurrence.ts";
import { constant, iota, isUnit, numberOf } from "../ops/source.ts";
import { arg } from "../scalar/expr.ts";
import * as w from "../scalar/words.ts";
import { sizeOf } from "../shape.ts";
import { type Lifted, lift } from "./lift.ts";

const { add, chain, eq, mul, neg, where } = elementwiseOps;

/** t where a condition holds, else 0. */
const choose = elementwise("choose", {
  f: (condition, t) => w.where(condition, t, 0),
  d: (_y, condition) => [0, condition],
  types: "branches",
});

/** A tangent or cotangent; null is zero. */
export type Derivative = Node | null;

/** Both modes of a family, each from the one fact that its rows state. */
export interface Rules<O extends Op> {
  /** Cotangents of the inputs, x̄ᵢ = (∂y/∂xᵢ)ᵀ·ȳ; only those that `wanted` says are needed are worked out. */
  vjp(op: O, node: Node, ȳ: Node, wanted: readonly boolean[]): readonly Derivative[];
  /** The tangent of the output, ẏ = Σ ∂y/∂xᵢ·ẋᵢ; at least one ẋᵢ is not null. */
  jvp(op: O, node: Node, ẋ: readonly Derivative[]): Derivative;
}

/** Σ of the terms that are there. */
export function total(terms: readonly Derivative[]): Derivative {
  return terms.reduce((sum, t) => (sum && t ? add(sum, t) : (sum ?? t)), null);
}

export const zerosLike = (x: Node): Node => broadcasting.expand(constant(0, x.dtype), x.shape);

/** Whether a number is neither 0 nor infinite nor NaN in any dtype: what it multiplies stays what it is. */
const isPlain = (x = 0): boolean => Math.fround(x) !== 0 && Number.isFinite(Math.fround(x));

/** ∂·t by the chain rule, for a partial that is a number or a tensor: a plain product by numbers, and truth values choose. */
function times(partial: Node | number | boolean, t: Node): Derivative {
  if (partial === 0) return null;
  if (partial === 1) return t;
  if (partial === -1) return neg(t);
  if (typeof partial !== "object") return mul(t, constant(Number(partial), t.dtype));
  if (partial.dtype === "bool") return choose(partial, t);
  const weight = cast(partial, t.dtype);
  if (isUnit(t)) return weight;
  return (isPlain(numberOf(partial)) || isPlain(numberOf(t)) ? mul : chain)(weight, t);
}

const lifted = new WeakMap<Elementwise, readonly Lifted[]>();

/** The partial derivatives of an op as functions of its inputs and its result. */
function partialsOf(op: Elementwise, { inputs }: Node): readonly Lifted[] {
  const known = lifted.get(op);
  if (known) return known;
  const names = inputs.map((_, i) => arg(i));
  const partials =
    op.partials?.(arg(inputs.length, "y"), names) ?? fail("gradient", op.name, "has no derivative rule");
  const made = inputs.map((_, i) => lift(partials[i] ?? 0));
  lifted.set(op, made);
  return made;
}

const keptShape = (x: Node, op: Reduction) => x.shape.map((n, i) => (op.dims.includes(i) ? 1 : n));

/** A reduced tensor spread back over the axes it lost. */
const spread = (y: Node, x: Node, op: Reduction): Node =>
  broadcasting.expand(broadcasting.reshape(y, keptShape(x, op)), x.shape);

const reductionPartial = (op: Reduction, x: Node, y: Node): Node | 1 =>
  op.partial?.(x, spread(y, x, op), (t) => spread(broadcasting.sum(t, op.dims), x, op)) ?? 1;

export const families: { readonly [F in Family]: Rules<Extract<Op, { family: F }>> } = {
  elementwise: {
    vjp(op, node, ȳ, wanted) {
      const partials = partialsOf(op, node);
      const all = [...node.inputs, node];
      return node.inputs.map((x, i) => {
        const x̄ = wanted[i] && isFloat(x.dtype) ? times((partials[i] as Lifted)(all), ȳ) : null;
        return x̄ && cast(x̄, x.dtype);
      });
    },
    jvp(op, node, ẋ) {
      const partials = partialsOf(op, node);
      const all = [...node.inputs, node];
      return total(ẋ.map((t, i) => t && times((partials[i] as Lifted)(all), cast(t, node.dtype))));
    },
  },

  movement: {
    vjp: (op, _node, ȳ) => op.transpose(ȳ),
    jvp(op, node, ẋ) {
      const inputs = node.inputs.map((x, i) => ẋ[i] ?? zerosLike(x));
      return build(op, inputs, node.shape, node.dtype);
    },
  },

  reduction: {
    vjp(op, node, ȳ) {
      const x = node.inputs[0] as Node;
      return [times(reductionPartial(op, x, node), spread(ȳ, x, op))];
    },
    jvp(op, node, [ẋ]) {
      const weighted = times(reductionPartial(op, node.inputs[0] as Node, node), ẋ as Node);
      return weighted && broadcasting.reshape(broadcasting.sum(weighted, op.dims), node.shape);
    },
  },

  contraction: {
    vjp(op, node, ȳ, wanted) {
      const [a, b] = node.inputs as [Node, Node];
      return [
        wanted[0] ? contract(op.name, ȳ, b, { a: op.out, b: op.b, out: op.a }) : null,
        wanted[1] ? contract(op.name, a, ȳ, { a: op.a, b: op.out, out: op.b }) : null,
      ];
    },
    jvp(op, node, [ȧ, ḃ]) {
      const [a, b] = node.inputs as [Node, Node];
      return total([ȧ ? contract(op.name, ȧ, b, op) : null, ḃ ? contract(op.name, a, ḃ, op) : null]);
    },
  },

  indexing: {
    vjp(op, node, ȳ) {
      const [x, index] = node.inputs as [Node, Node];
      if (op.mode === "gather") return [indexings.scatterAdd(zerosLike(x), op.dim, index, ȳ), null];
      const src = indexings.gather(ȳ, op.dim, index);
      if (op.mode === "scatterAdd") return [ȳ, null, src];
      const order = broadcasting.reshape(iota([sizeOf(index.shape)], 0, "int32"), index.shape);
      const places = broadcasting.expand(constant(0, "int32"), x.shape);
      const last = indexings.gather(indexings.scatter(places, op.dim, index, order), op.dim, index);
      const stayed = where(eq(last, order), src, 0);
      return [indexings.scatter(ȳ, op.dim, index, zerosLike(src)), null, stayed];
    },
    jvp(op, node, ẋ) {
      const inputs = node.inputs.map((x, i) => (i === 1 ? x : (ẋ[i] ?? zerosLike(x))));
      return build(op, inputs, node.shape, node.dtype);
    },
  },

  recurrence: {
    vjp(op, node, ȳ) {
      const a = node.inputs[0] as Node;
      const λ = recurrence(shifted(a, op.dim, !op.reverse), ȳ, op.dim, !op.reverse);
      return [mul(λ, shifted(node, op.dim, op.reverse)), λ];
    },
    jvp(op, node, [ȧ, ḃ]) {
      const a = node.inputs[0] as Node;
      const driven = total([ȧ ? mul(ȧ, shifted(node, op.dim, op.reverse)) : null, ḃ ?? null]);
      return driven && recurrence(a, driven, op.dim, op.reverse);
    },
  },

  source: { vjp: () => [], jvp: () => null },

  identity: {
    vjp: (op, node, ȳ) => op.vjp?.(ȳ, node) ?? [],
    jvp: (op, node, ẋ) => op.jvp?.(ẋ, node) ?? null,
  },
};
