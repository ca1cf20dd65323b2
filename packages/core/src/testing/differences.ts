import { evaluate } from "../tensor/tensor.ts";
import { isClose, type Tolerance } from "./close.ts";
import { concatenated, perturbed } from "./jacobians.ts";
import type { Linearization } from "./linearization.ts";

/** Difference quotients of all output elements along one input element, for one step. */
export interface Quotients {
  readonly h: number;
  readonly right: Float64Array;
  readonly left: Float64Array;
  readonly central: Float64Array;
}

/** The quotients for the step `h` along element `at` of input `k`, given the outputs at the point. */
export function quotientsAt(
  { inputs, call }: Linearization,
  y: Float64Array,
  [k, at]: readonly [k: number, at: number],
  h: number,
): Quotients {
  const moved = (by: number) => call(inputs.map(({ tensor: x }, i) => (i === k ? perturbed(x, at, by) : x)));
  const [above, below] = [moved(h), moved(-h)];
  evaluate(above, below);
  const [a, b] = [concatenated(above), concatenated(below)];
  return {
    h,
    right: y.map((yᵢ, i) => (a[i]! - yᵢ) / h),
    left: y.map((yᵢ, i) => (yᵢ - b[i]!) / h),
    central: a.map((up, i) => (up - b[i]!) / (2 * h)),
  };
}

/**
 * The limit of the quotients of one element as the step shrinks: a derivative; two slopes at a kink, such as those of relu
 * at 0; the slope at one side, at the edge of the domain; or none, at a jump or an infinite slope.
 */
export type Limit =
  | { readonly kind: "derivative"; readonly estimates: readonly number[] }
  | { readonly kind: "kink"; readonly left: number; readonly right: number }
  | { readonly kind: "edge"; readonly side: "left" | "right"; readonly slope: number }
  | { readonly kind: "jump" };

type Side = "left" | "right";

/** The least growth of quotients without a limit each time that the step shrinks by 8: those of √x grow by √8 at 0. */
const growth = 1.5;

/** The rounding error of a quotient: a few units in the last place of y, over the step. */
const noise = (y: number, h: number): number => (64 * 2 ** -52 * Math.max(1, Math.abs(y))) / h;

/** The limit of the quotients of output element i with value y, for three steps, each an eighth of the one before. */
export function limitOf(y: number, i: number, steps: readonly Quotients[], tolerance: Tolerance): Limit {
  const [coarse, fine, finest] = steps as [Quotients, Quotients, Quotients];
  const is = (side: Side) => Number.isFinite(finest[side][i]);
  const error = noise(y, finest.h);
  const grows = (from: number, to: number) => Math.abs(to) > growth * Math.abs(from) + error;
  const diverges = (side: Side) =>
    grows(coarse[side][i]!, fine[side][i]!) && grows(fine[side][i]!, finest[side][i]!);
  // A one-sided quotient converges like a power of h: Aitken's Δ² extrapolates a geometric sequence exactly.
  const slope = (side: Side): number => {
    const [q0, q1, q2] = [coarse[side][i]!, fine[side][i]!, finest[side][i]!];
    if (!Number.isFinite(q0)) return (8 * q2 - q1) / 7;
    if (Math.abs(q2 - q1) <= error) return (8 * q1 - q0) / 7;
    return q2 - (q2 - q1) ** 2 / (q2 - q1 - (q1 - q0));
  };
  if (!is("right") || !is("left")) {
    const side = is("right") ? "right" : "left";
    return is(side) && !diverges(side) ? { kind: "edge", side, slope: slope(side) } : { kind: "jump" };
  }
  if (diverges("right") || diverges("left")) return { kind: "jump" };
  const gap = ({ right, left }: Quotients) => Math.abs(right[i]! - left[i]!);
  const isGapStable = gap(finest) > gap(coarse) / 2 && gap(finest) > 2 * error;
  const [left, right] = [slope("left"), slope("right")];
  if (isGapStable && !isClose(left, right, tolerance)) return { kind: "kink", left, right };
  return { kind: "derivative", estimates: [...steps.map(({ central }) => central[i]!), (left + right) / 2] };
}

/** The gap between one-sided quotients of the first step from which on an element is examined more closely. */
const suspiciousGap = 1e-3;

/** Whether the quotients of one step leave open whether they have a limit. */
export const isOpen = ({ right, left, central }: Quotients, i: number): boolean =>
  !(Math.abs(right[i]! - left[i]!) <= suspiciousGap * Math.max(1, Math.abs(central[i]!)));

/** How far a derivative is from what the limit admits: the slope, at a kink any between the two, at a jump any. */
export function deviation(limit: Limit, derivative: number): number {
  if (limit.kind === "jump") return 0;
  if (limit.kind === "edge") return Math.abs(derivative - limit.slope);
  if (limit.kind === "derivative") return Math.min(...limit.estimates.map((d) => Math.abs(derivative - d)));
  const [low, high] = [Math.min(limit.left, limit.right), Math.max(limit.left, limit.right)];
  return Math.abs(derivative - Math.min(Math.max(derivative, low), high));
}

/** Whether the limit admits a derivative, within a tolerance. */
export function admits(limit: Limit, derivative: number, tolerance: Tolerance): boolean {
  const isNear = (d: number) => isClose(derivative, d, tolerance);
  if (limit.kind === "derivative") return limit.estimates.some(isNear);
  if (limit.kind === "edge") return isNear(limit.slope);
  return (
    deviation(limit, derivative) === 0 || (limit.kind === "kink" && [limit.left, limit.right].some(isNear))
  );
}
