import type { Tensor } from "@chainrule/core";
import { fail } from "@chainrule/core/internal";

/** Throws for an int32 mask: 0 and 1 could be truth values or be added to the scores. */
export function requireMask(op: string, name: string, mask: Tensor | undefined): void {
  if (mask?.dtype === "int32")
    fail(
      "dtype",
      op,
      `${name} is int32; a mask must be bool, which selects keys, or float, which is added to the scores. Did you mean mask.ne(0)?`,
    );
}

/** Masks of both kinds: `keep` selects scores, `bias` is added to them. */
export interface Masks {
  readonly keep?: Tensor | undefined;
  readonly bias?: Tensor | undefined;
}
const combine = <T>(a: T | undefined, b: T | undefined, join: (a: T, b: T) => T): T | undefined =>
  a && b ? join(a, b) : (a ?? b);

/** The conjunction of what masks keep, and the sum of what they add. */
export const combineMasks = (masks: readonly Masks[]): Masks =>
  masks.reduce((all, { keep, bias }) => ({
    keep: combine(all.keep, keep, (a, b) => a.logicalAnd(b)),
    bias: combine(all.bias, bias, (a, b) => a.add(b)),
  }));

/** A mask by its dtype: a float one is added, and excludes a key where it is −∞. */
export function masksOf(mask: Tensor | undefined, keep: (mask: Tensor) => Tensor): Masks {
  if (!mask) return {};
  if (mask.dtype === "bool") return { keep: keep(mask) };
  return { keep: mask.ne(Number.NEGATIVE_INFINITY), bias: mask };
}
