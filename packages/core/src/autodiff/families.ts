import { type DType, isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import type { Family, Mask, Node, Op } from "../graph/node.ts";
import type { Elementwise, Reduction, Skip } from "../graph/op.ts";
import { cast } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { constantValue } from "../ops/constant-value.ts";
import { contract } from "../ops/contract.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { hostRule } from "../ops/host.ts";
import { indexings } from "../ops/indexing.ts";
import { fullMask, isNonzero, keepWhere, lazy, maskAnd, nonzeroMask } from "../ops/mask.ts";
import { movements } from "../ops/movement.ts";
import { movementRule } from "../ops/movement-rules.ts";
import { recurrence, shift } from "../ops/recurrence.ts";
import { reductions } from "../ops/reduce.ts";
import { reductionRules } from "../ops/reduction-rules.ts";
import { constant, iota } from "../ops/source.ts";
import { arg } from "../scalar/expr.ts";
import { sizeOf } from "../shape.ts";
import {
  chainProduct,
  type Derivative,
  inDType,
  sumDerivatives,
  transformed,
  zerosLike,
} from "./derivative.ts";
import { type Lifted, lift } from "./lift.ts";

const { div, eq } = elementwiseOps;

/** Both modes of a family, each from the one fact that its rows state. */
export interface Rules<O extends Op> {
  /** Cotangents of the inputs, x̄ᵢ = (∂y/∂xᵢ)ᵀ·ȳ; only those that `wanted` says are needed are computed. */
  vjp(op: O, node: Node, ȳ: Derivative, wanted: readonly boolean[]): readonly (Derivative | null)[];
  /** The tangent of the output, ẏ = Σ ∂y/∂xᵢ·ẋᵢ; at least one ẋᵢ is not null. */
  jvp(op: O, node: Node, ẋ: readonly (Derivative | null)[]): Derivative | null;
}

const partialsCache = new WeakMap<Elementwise, readonly Lifted[]>();

/** The partial derivatives of an op as functions of its inputs and its result. */
function partialsOf(op: Elementwise, { inputs }: Node): readonly Lifted[] {
  const known = partialsCache.get(op);
  if (known) return known;
  const names = inputs.map((_, i) => arg(i));
  const formulas = op.stablePartials ?? op.partials ?? fail("gradient", op.name, "has no derivative rule");
  const partials = formulas(arg(inputs.length, "y"), names);
  const made = inputs.map((_, i) => lift(partials[i] ?? 0));
  partialsCache.set(op, made);
  return made;
}

const keptShape = (x: Node, op: Reduction) => x.shape.map((n, i) => (op.dims.includes(i) ? 1 : n));

/** A reduced tensor spread back over the axes it lost. */
const expandReduced = (y: Node, x: Node, op: Reduction): Node =>
  broadcasting.expand(broadcasting.reshape(y, keptShape(x, op)), x.shape);

const reductionPartial = (op: Reduction, x: Node, y: Node): Node | 1 =>
  reductionRules[op.name].partial?.(x, expandReduced(y, x, op), op) ?? 1;

/** The share of a derivative that each of the elements has that it is divided among. */
function tieShare(op: Reduction, partial: Node | 1, t: Node): Node {
  if (!reductionRules[op.name].shared || partial === 1) return t;
  return div(t, cast(broadcasting.reshape(broadcasting.sum(partial, op.dims), t.shape), t.dtype));
}

/** The operands of a product whose zeros win: those of derivatives with a mask, and those that the op names. */
const skipOf = (a: unknown, b: unknown): Skip => `${a ? "a" : ""}${b ? "b" : ""}`;

/** A mask as a movement's transpose leaves it; where that adds up, the zeros of what it made of the derivative. */
const transposedMask = (masks: () => readonly Node[], i: number, x̄: Node): Mask =>
  lazy(() => {
    const moved = masks()[i]!;
    return moved.dtype === "bool" ? moved : isNonzero(x̄);
  });

/**
 * The contraction of a derivative with letters `from`, with its mask: an element is chosen if one that it sums over is. If
 * zeros of the other operand win, the zeros of the result are the mask.
 */
function withContractedMask(
  value: Node,
  letters: string,
  mask: Mask | null,
  from: string,
  skips: boolean,
): Derivative {
  if (skips || !mask) return { value, mask: skips ? nonzeroMask(value) : null };
  return {
    value,
    mask: lazy(() => {
      const gone = [...from].flatMap((l, i) => (letters.includes(l) ? [] : [i]));
      const left = [...from].filter((l) => letters.includes(l));
      const met = gone.length > 0 ? reductions.any(mask(), gone) : mask();
      const order = [...letters].filter((l) => left.includes(l)).map((l) => left.indexOf(l));
      const sizes = value.shape.map((n, i) => (left.includes(letters[i]!) ? n : 1));
      return broadcasting.expand(broadcasting.reshape(movements.permute(met, order), sizes), value.shape);
    }),
  };
}

/** The mask of a result that follows from several tangents: what one of them lets through, made by `f`. */
const maskOfAll = (ẋ: readonly (Derivative | null)[], f: Mask): Mask | null =>
  ẋ.every((t) => !t || t.mask) ? lazy(f) : null;

export const families: { readonly [F in Family]: Rules<Extract<Op, { family: F }>> } = {
  elementwise: {
    vjp(op, node, ȳ, wanted) {
      const partials = partialsOf(op, node);
      const all = [...node.inputs, node];
      return node.inputs.map((x, i) => {
        const x̄ = wanted[i] && isFloat(x.dtype) ? chainProduct(partials[i]!(all), ȳ, op.choice) : null;
        return x̄ && inDType(x̄, x.dtype);
      });
    },
    jvp(op, node, ẋ) {
      const partials = partialsOf(op, node);
      const all = [...node.inputs, node];
      return sumDerivatives(
        ẋ.map((t, i) => t && chainProduct(partials[i]!(all), inDType(t, node.dtype), op.choice)),
      );
    },
  },

  movement: {
    vjp(op, node, { value, mask }) {
      const rule = movementRule(op);
      const shapes = node.inputs.map((x) => x.shape);
      const transpose = (t: Node) => rule.transpose?.(op, shapes, t) ?? [];
      const through = mask ?? (rule.drops?.(op, shapes) ? () => fullMask(node) : null);
      const masks = through && lazy(() => transpose(through()));
      return transpose(value).map((x̄, i) => ({ value: x̄, mask: masks && transposedMask(masks, i, x̄) }));
    },
    jvp(op, node, ẋ) {
      const moved = (parts: readonly Node[], dtype: DType) => build(op, parts, node.shape, dtype);
      const mask = maskOfAll(ẋ, () =>
        moved(
          node.inputs.map((x, i) => ẋ[i]?.mask?.() ?? broadcasting.expand(constant(0, "bool"), x.shape)),
          "bool",
        ),
      );
      const value = moved(
        node.inputs.map((x, i) => ẋ[i]?.value ?? zerosLike(x)),
        node.dtype,
      );
      return { value, mask };
    },
  },

  reduction: {
    vjp(op, node, { value, mask }) {
      const x = node.inputs[0]!;
      const partial = reductionPartial(op, x, node);
      const share = tieShare(op, partial, value);
      const ȳ = {
        value: expandReduced(share, x, op),
        mask: mask && lazy(() => expandReduced(mask(), x, op)),
      };
      return [chainProduct(partial, ȳ, false)];
    },
    jvp(op, node, [ẋ]) {
      const partial = reductionPartial(op, node.inputs[0]!, node);
      const weighted = chainProduct(partial, ẋ!, false);
      if (!weighted) return null;
      const total = broadcasting.reshape(broadcasting.sum(weighted.value, op.dims), node.shape);
      return transformed(tieShare(op, partial, total), weighted);
    },
  },

  contraction: {
    vjp({ name, a: la, b: lb, out, skip }, node, ȳ, wanted) {
      const [a, b] = node.inputs as [Node, Node];
      const { value, mask } = ȳ;
      const [skipsA, skipsB] = [skip.includes("a"), skip.includes("b")];
      const forA = { a: out, b: lb, out: la, skip: skipOf(mask, skipsB) };
      const forB = { a: la, b: out, out: lb, skip: skipOf(skipsA, mask) };
      return [
        wanted[0] ? withContractedMask(contract(name, value, b, forA), la, mask, out, skipsB) : null,
        wanted[1] ? withContractedMask(contract(name, a, value, forB), lb, mask, out, skipsA) : null,
      ];
    },
    jvp({ name, a: la, b: lb, out, skip }, node, [ȧ, ḃ]) {
      const [a, b] = node.inputs as [Node, Node];
      const letters = (inA: unknown, inB: unknown) => ({ a: la, b: lb, out, skip: skipOf(inA, inB) });
      const [skipsA, skipsB] = [skip.includes("a"), skip.includes("b")];
      return sumDerivatives([
        ȧ
          ? withContractedMask(
              contract(name, ȧ.value, b, letters(ȧ.mask || skipsA, skipsB)),
              out,
              ȧ.mask,
              la,
              skipsB,
            )
          : null,
        ḃ
          ? withContractedMask(
              contract(name, a, ḃ.value, letters(skipsA, ḃ.mask || skipsB)),
              out,
              ḃ.mask,
              lb,
              skipsA,
            )
          : null,
      ]);
    },
  },

  indexing: {
    vjp(op, node, { value, mask }) {
      const [x, index] = node.inputs as [Node, Node];
      const at = (t: Node) => indexings.gather(t, op.dim, index);
      if (op.mode === "gather") {
        const x̄ = indexings.scatterAdd(zerosLike(x), op.dim, index, value);
        return [{ value: x̄, mask: nonzeroMask(x̄) }, null];
      }
      const src = { value: at(value), mask: mask && lazy(() => at(mask())) };
      if (op.mode === "scatterAdd") return [{ value, mask }, null, src];
      const order = broadcasting.reshape(iota([sizeOf(index.shape)], 0, "int32"), index.shape);
      const places = broadcasting.expand(constant(0, "int32"), x.shape);
      const last = lazy(() => eq(at(indexings.scatter(places, op.dim, index, order)), order));
      const cleared = (t: Node) =>
        indexings.scatter(t, op.dim, index, broadcasting.expand(constant(0, t.dtype), index.shape));
      return [
        { value: cleared(value), mask: lazy(() => cleared(mask?.() ?? fullMask(node))) },
        null,
        { value: keepWhere(last(), src.value), mask: maskAnd(src.mask, last) },
      ];
    },
    jvp(op, node, ẋ) {
      const made = (parts: readonly (Node | undefined)[], dtype: DType) =>
        build(
          op,
          node.inputs.map((x, i) => (i === 1 ? x : (parts[i] ?? cast(zerosLike(x), dtype)))),
          node.shape,
          dtype,
        );
      const value = made(
        ẋ.map((t) => t?.value),
        node.dtype,
      );
      const mask = () =>
        isNonzero(
          made(
            ẋ.map((t) => (t?.mask ? cast(t.mask(), "int32") : undefined)),
            "int32",
          ),
        );
      return { value, mask: maskOfAll(ẋ, mask) };
    },
  },

  recurrence: {
    vjp(op, node, ȳ) {
      const a = node.inputs[0]!;
      // The shift of a constant is that constant, since a recurrence does not read its first factor.
      const behind = constantValue(a) === undefined ? shift(a, op.dim, !op.reverse) : a;
      const carried = recurrence(behind, ȳ.value, op.dim, !op.reverse, !!ȳ.mask);
      const λ = transformed(carried, ȳ);
      return [chainProduct(shift(node, op.dim, op.reverse), λ, op.skip), λ];
    },
    jvp(op, node, [ȧ, ḃ]) {
      const a = node.inputs[0]!;
      const before = () => shift(node, op.dim, op.reverse);
      const driven = sumDerivatives([ȧ ? chainProduct(before(), ȧ, op.skip) : null, ḃ ?? null]);
      if (!driven) return null;
      return transformed(recurrence(a, driven.value, op.dim, op.reverse, op.skip || !!driven.mask), driven);
    },
  },

  source: { vjp: () => [], jvp: () => null },
  input: { vjp: () => [], jvp: () => null },

  host: {
    vjp: (op, node, ȳ) => hostRule(op, "vjp")(ȳ.value, node).map((x̄) => x̄ && transformed(x̄, ȳ)),
    jvp(op, node, ẋ) {
      const tangents = ẋ.map((t) => t?.value ?? null);
      const value = hostRule(op, "jvp")(tangents, node);
      return { value, mask: maskOfAll(ẋ, nonzeroMask(value)) };
    },
  },

  identity: {
    vjp: ({ rule, attributes }, node, ȳ) =>
      rule.vjp?.(ȳ.value, node, ȳ.mask, attributes).map((x̄) => x̄ && transformed(x̄, ȳ)) ?? [],
    jvp({ rule, attributes }, node, ẋ) {
      const value = rule.jvp?.(
        ẋ.map((t) => t?.value ?? null),
        node,
        attributes,
      );
      if (!value) return null;
      const handedOn = ẋ.find((t) => t?.value === value);
      return handedOn ?? { value, mask: maskOfAll(ẋ, nonzeroMask(value)) };
    },
  },
};
