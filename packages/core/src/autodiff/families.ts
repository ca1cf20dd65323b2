import { type DType, isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import type { Elementwise, Family, Mask, Node, Op, Reduction, Skip } from "../graph/node.ts";
import { cast } from "../ops/apply.ts";
import { broadcasting } from "../ops/broadcast.ts";
import { contract } from "../ops/contract.ts";
import { elementwiseOps } from "../ops/elementwise.ts";
import { indexings } from "../ops/indexing.ts";
import { both, choose, everywhere, once, ownMask, truth } from "../ops/mask.ts";
import { movements } from "../ops/movement.ts";
import { recurrence, shifted } from "../ops/recurrence.ts";
import { reductions } from "../ops/reduce.ts";
import { constant, iota, numberOf } from "../ops/source.ts";
import { arg } from "../scalar/expr.ts";
import { sizeOf } from "../shape.ts";
import { type Derivative, following, inDType, times, total, zerosLike } from "./derivative.ts";
import { type Lifted, lift } from "./lift.ts";

const { div, eq } = elementwiseOps;

/** Both modes of a family, each from the one fact that its rows state. */
export interface Rules<O extends Op> {
  /** Cotangents of the inputs, x̄ᵢ = (∂y/∂xᵢ)ᵀ·ȳ; only those that `wanted` says are needed are computed. */
  vjp(op: O, node: Node, ȳ: Derivative, wanted: readonly boolean[]): readonly (Derivative | null)[];
  /** The tangent of the output, ẏ = Σ ∂y/∂xᵢ·ẋᵢ; at least one ẋᵢ is not null. */
  jvp(op: O, node: Node, ẋ: readonly (Derivative | null)[]): Derivative | null;
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
  op.partial?.(x, spread(y, x, op)) ?? 1;

/** What each of the elements that share a derivative has of it. */
function shareOf(op: Reduction, partial: Node | 1, t: Node): Node {
  if (!op.shared || partial === 1) return t;
  return div(t, cast(broadcasting.reshape(broadcasting.sum(partial, op.dims), t.shape), t.dtype));
}

/** The operands of a product whose zeros win: those of derivatives with a mask, and those that the op names. */
const skipping = (a: unknown, b: unknown): Skip => `${a ? "a" : ""}${b ? "b" : ""}`;

/** A mask as a movement's transpose leaves it; where that adds up, the zeros of what it made of the derivative. */
const movedMask = (masks: () => readonly Node[], i: number, x̄: Node): Mask =>
  once(() => {
    const moved = masks()[i] as Node;
    return moved.dtype === "bool" ? moved : truth(x̄);
  });

/**
 * What a contraction made of a derivative with letters `from`: let through where some element that it sums over is. Where
 * zeros of the other operand win, the zeros of the result say no less.
 */
function contracted(
  value: Node,
  letters: string,
  mask: Mask | null,
  from: string,
  skips: boolean,
): Derivative {
  if (skips || !mask) return { value, mask: skips ? ownMask(value) : null };
  return {
    value,
    mask: once(() => {
      const gone = [...from].flatMap((l, i) => (letters.includes(l) ? [] : [i]));
      const left = [...from].filter((l) => letters.includes(l));
      const met = gone.length > 0 ? reductions.any(mask(), gone) : mask();
      const order = [...letters].filter((l) => left.includes(l)).map((l) => left.indexOf(l));
      const sizes = value.shape.map((n, i) => (left.includes(letters[i] as string) ? n : 1));
      return broadcasting.expand(broadcasting.reshape(movements.permute(met, order), sizes), value.shape);
    }),
  };
}

/** The mask of a result that follows from several tangents: what one of them lets through, made by `f`. */
const joined = (ẋ: readonly (Derivative | null)[], f: Mask): Mask | null =>
  ẋ.every((t) => !t || t.mask) ? once(f) : null;

export const families: { readonly [F in Family]: Rules<Extract<Op, { family: F }>> } = {
  elementwise: {
    vjp(op, node, ȳ, wanted) {
      const partials = partialsOf(op, node);
      const all = [...node.inputs, node];
      return node.inputs.map((x, i) => {
        const x̄ = wanted[i] && isFloat(x.dtype) ? times((partials[i] as Lifted)(all), ȳ, op.choice) : null;
        return x̄ && inDType(x̄, x.dtype);
      });
    },
    jvp(op, node, ẋ) {
      const partials = partialsOf(op, node);
      const all = [...node.inputs, node];
      return total(
        ẋ.map((t, i) => t && times((partials[i] as Lifted)(all), inDType(t, node.dtype), op.choice)),
      );
    },
  },

  movement: {
    vjp(op, node, { value, mask }) {
      const through = mask ?? (op.drops ? () => everywhere(node) : null);
      const masks = through && once(() => op.transpose(through()));
      return op.transpose(value).map((x̄, i) => ({ value: x̄, mask: masks && movedMask(masks, i, x̄) }));
    },
    jvp(op, node, ẋ) {
      const moved = (parts: readonly Node[], dtype: DType) => build(op, parts, node.shape, dtype);
      const mask = joined(ẋ, () =>
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
      const x = node.inputs[0] as Node;
      const partial = reductionPartial(op, x, node);
      const share = shareOf(op, partial, value);
      const ȳ = { value: spread(share, x, op), mask: mask && once(() => spread(mask(), x, op)) };
      return [times(partial, ȳ, false)];
    },
    jvp(op, node, [ẋ]) {
      const partial = reductionPartial(op, node.inputs[0] as Node, node);
      const weighted = times(partial, ẋ as Derivative, false);
      if (!weighted) return null;
      const total = broadcasting.reshape(broadcasting.sum(weighted.value, op.dims), node.shape);
      return following(shareOf(op, partial, total), weighted);
    },
  },

  contraction: {
    vjp({ name, a: la, b: lb, out, skip }, node, ȳ, wanted) {
      const [a, b] = node.inputs as [Node, Node];
      const { value, mask } = ȳ;
      const [skipsA, skipsB] = [skip.includes("a"), skip.includes("b")];
      const forA = { a: out, b: lb, out: la, skip: skipping(mask, skipsB) };
      const forB = { a: la, b: out, out: lb, skip: skipping(skipsA, mask) };
      return [
        wanted[0] ? contracted(contract(name, value, b, forA), la, mask, out, skipsB) : null,
        wanted[1] ? contracted(contract(name, a, value, forB), lb, mask, out, skipsA) : null,
      ];
    },
    jvp({ name, a: la, b: lb, out, skip }, node, [ȧ, ḃ]) {
      const [a, b] = node.inputs as [Node, Node];
      const letters = (inA: unknown, inB: unknown) => ({ a: la, b: lb, out, skip: skipping(inA, inB) });
      const [skipsA, skipsB] = [skip.includes("a"), skip.includes("b")];
      return total([
        ȧ
          ? contracted(contract(name, ȧ.value, b, letters(ȧ.mask || skipsA, skipsB)), out, ȧ.mask, la, skipsB)
          : null,
        ḃ
          ? contracted(contract(name, a, ḃ.value, letters(skipsA, ḃ.mask || skipsB)), out, ḃ.mask, lb, skipsA)
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
        return [{ value: x̄, mask: ownMask(x̄) }, null];
      }
      const src = { value: at(value), mask: mask && once(() => at(mask())) };
      if (op.mode === "scatterAdd") return [{ value, mask }, null, src];
      const order = broadcasting.reshape(iota([sizeOf(index.shape)], 0, "int32"), index.shape);
      const places = broadcasting.expand(constant(0, "int32"), x.shape);
      const last = once(() => eq(at(indexings.scatter(places, op.dim, index, order)), order));
      const cleared = (t: Node) =>
        indexings.scatter(t, op.dim, index, broadcasting.expand(constant(0, t.dtype), index.shape));
      return [
        { value: cleared(value), mask: once(() => cleared(mask?.() ?? everywhere(node))) },
        null,
        { value: choose(last(), src.value), mask: both(src.mask, last) },
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
        truth(
          made(
            ẋ.map((t) => (t?.mask ? cast(t.mask(), "int32") : undefined)),
            "int32",
          ),
        );
      return { value, mask: joined(ẋ, mask) };
    },
  },

  recurrence: {
    vjp(op, node, ȳ) {
      const a = node.inputs[0] as Node;
      // A number that stands everywhere need not move: the first factor of a recurrence is not read.
      const behind = numberOf(a) === undefined ? shifted(a, op.dim, !op.reverse) : a;
      const carried = recurrence(behind, ȳ.value, op.dim, !op.reverse, !!ȳ.mask);
      const λ = following(carried, ȳ);
      return [times(shifted(node, op.dim, op.reverse), λ, op.skip), λ];
    },
    jvp(op, node, [ȧ, ḃ]) {
      const a = node.inputs[0] as Node;
      const before = () => shifted(node, op.dim, op.reverse);
      const driven = total([ȧ ? times(before(), ȧ, op.skip) : null, ḃ ?? null]);
      if (!driven) return null;
      return following(recurrence(a, driven.value, op.dim, op.reverse, op.skip || !!driven.mask), driven);
    },
  },

  source: { vjp: () => [], jvp: () => null },

  identity: {
    vjp: (op, node, ȳ) => op.vjp?.(ȳ.value, node, ȳ.mask).map((x̄) => x̄ && following(x̄, ȳ)) ?? [],
    jvp(op, node, ẋ) {
      const value = op.jvp?.(
        ẋ.map((t) => t?.value ?? null),
        node,
      );
      if (!value) return null;
      const handedOn = ẋ.find((t) => t?.value === value);
      return handedOn ?? { value, mask: joined(ẋ, ownMask(value)) };
    },
  },
};
